#!/usr/bin/env node
// Plain JavaScript, so that an old Node can say what is wrong instead of failing to read TypeScript.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`skein needs Node 22.18 or later, and this is ${process.versions.node}.`);
  console.error('On Linux x64, `npm ci` brings one along: start skein by `npm run dev` or `npx skein`.');
  process.exit(1);
}
await import('./skein.ts');
