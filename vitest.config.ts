import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** Two projects: what is pure or talks to a process runs in Node, what needs an object runs inside workerd. */
export default defineConfig({
  test: {
    // By default one core is left free, which on a machine with two means one file at a time.
    maxWorkers: 2,
    reporters: [process.env.CI ? 'dot' : 'default', './scripts/summary-reporter.ts'],
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/spoil-columns.ts'],
          exclude: ['test/object/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { SKEIN_ADMIN_TOKEN: 'test-token', SKEIN_DEVELOPMENT: 'on' },
            },
          }),
        ],
        test: { name: 'object', include: ['test/object/**/*.test.ts'], testTimeout: 60_000 },
      },
    ],
  },
});
