/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test/frontend'],
  testEnvironment: 'jsdom',
  testMatch: ['**/*.test.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/frontend/setup.ts'],
  moduleNameMapper: {
    '^@novnc/novnc$': '<rootDir>/test/frontend/fakes/rfb.ts',
    '\\.css$': '<rootDir>/test/frontend/fakes/empty.ts'
  },
  // Packages of JupyterLab are ES modules in part; esbuild is quick enough to take them all.
  transform: { '\\.(ts|tsx|js|mjs|svg)$': '<rootDir>/test/frontend/transform.cjs' },
  transformIgnorePatterns: [],
  // No test waits for real time; the limit only ends one that hangs. They run beside others, which are less nice.
  testTimeout: 30_000,
  restoreMocks: true
};
