import js from '@eslint/js';

/** Modules that must run without a browser extension around them: logic, and the page's view. */
const WITHOUT_CHROME = [
  'extension/audio/**',
  'extension/shared/**',
  'extension/transcript/**',
  'extension/overlay/!(frame|inner|inner_loader|loader|overlay).js',
  'extension/offscreen/!(offscreen).js',
  'extension/background/host_link.js',
];

export default [
  { ignores: ['node_modules/', 'artifacts/', '.venv/', '.venv-*/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // tsc knows the names that exist, by the types of each environment.
      'no-undef': 'off',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      complexity: ['error', 12],
      'max-lines': ['error', 400],
    },
  },
  // Generated: it is as long as the protocol.
  { files: ['extension/shared/protocol.js'], rules: { 'max-lines': 'off' } },
  {
    files: ['extension/**'],
    rules: {
      'max-lines-per-function': ['error', 50],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property })),
      ],
    },
  },
  {
    files: WITHOUT_CHROME,
    rules: {
      'no-restricted-globals': ['error', { name: 'chrome', message: 'Belongs to the edges.' }],
      'no-restricted-syntax': ['error', "MemberExpression[property.name='chrome']"],
    },
  },
];
