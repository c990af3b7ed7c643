/** Plain AWS resources get no name of app and stage from SST, so that two stages in one account would meet. */
export const prefix: string = `${$app.name}-${$app.stage}`;

/** Resources that hold what cannot be had again outlive `sst remove`, unless the stage is one to throw away. */
export const keep: { readonly retainOnDelete: boolean } = { retainOnDelete: $app.removal !== "remove" };
