/** It comes without types. */
declare module "snappyjs" {
  const snappyjs: { uncompress(compressed: Buffer): Buffer };
  export default snappyjs;
}
