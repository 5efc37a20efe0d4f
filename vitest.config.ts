import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'reporters/**/*.test.ts', 'scripts/**/*.test.ts', 'fixtures/**/*.test.ts'],
          exclude: ['**/*.timing.test.ts', 'node_modules/**'],
          benchmark: { include: [] },
        },
      },
      {
        test: {
          name: 'timing',
          include: ['src/**/*.timing.test.ts'],
          fileParallelism: false,
          benchmark: { include: [] },
        },
      },
    ],
  },
})
