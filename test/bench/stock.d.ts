/** The same library under another name, with the protobufjs that it asks for. */
declare module "prometheus-remote-write-stock" {
  export * from "prometheus-remote-write";
}
