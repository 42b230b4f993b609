/** The package `workerd` has no types. Its default export, seen from an ES module, is the whole CommonJS module. */
declare module 'workerd' {
  const workerd: { /** Path of the runtime's binary. */ readonly default: string };
  export default workerd;
}
