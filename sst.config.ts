/// <reference path="./.sst/platform/config.d.ts" />

// The wiring only: what is built is in stacks/, what is chosen in stacks/settings.ts.
export default $config({
  app(input) {
    const production = input.stage === "production";
    return {
      name: "penstock",
      home: "aws",
      version: ">= 4.17.0",
      // The first that knows a workspace's out-of-order window and rule query offset; SST 4.17.1 brings 7.20.0.
      providers: { aws: { version: "7.37.0", defaultTags: { tags: { app: "penstock", stage: input.stage } } } },
      removal: production ? "retain" : "remove",
      protect: production,
    };
  },
  async run() {
    const { settings } = await import("./stacks/settings.ts");
    const { workspace } = await import("./stacks/workspace.ts");
    const { ingest } = await import("./stacks/ingest.ts");
    const { intake } = await import("./stacks/intake.ts");
    const { cloudfront } = await import("./stacks/cloudfront.ts");
    const { observe } = await import("./stacks/observe.ts");

    const chosen = settings($app.stage);
    const receiver = workspace(chosen.workspace);
    const pipeline = ingest(chosen.ingest, receiver);
    const door = chosen.intake && intake(chosen.intake, pipeline);
    const logs = chosen.cloudfront && cloudfront(chosen.cloudfront, pipeline);
    observe(chosen.observe, { receiver, pipeline, door, logs });

    return {
      workspace: receiver.url,
      queue: pipeline.queue.url,
      deadLetterQueue: pipeline.deadLetters.url,
      ...(door && { intake: door.url }),
    };
  },
});
