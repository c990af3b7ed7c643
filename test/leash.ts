/** Loaded before a process' own entry: when whoever started it is gone, however that came about, it ends too. */
process.once("disconnect", () => process.exit(1));
// What only listens to its starter has nothing left to do.
process.channel?.unref();
