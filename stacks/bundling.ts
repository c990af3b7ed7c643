/** How handlers are bundled. `docs/deploy.md` has the sizes and import times with and without. */
export const bundling = {
  minify: true,
  // Makes a dynamic import a file of its own, so that the dead letters' SQS client is read when it is needed.
  splitting: true,
  esbuild: {
    // Packages are bundled from their source: no build comes before a deploy. Naming conditions drops esbuild's own.
    conditions: ["@penstock/source", "module"],
    // prometheus-remote-write requires it when it is given no `fetch`, and it always is.
    external: ["node-fetch"],
  },
};

/** What a bundler leaves behind: without the binary beside its bundle, a function takes the slower compression in JavaScript. */
export const snappyBinary = { from: "node_modules/snappy-wasm/es/snappy_bg.wasm", to: "snappy_bg.wasm" };
