/** It comes without types. */
declare module "snappyjs" {
  const snappyjs: { compress(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> };
  export default snappyjs;
}
