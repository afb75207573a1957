/**
 * Who may import whom. Packages: core ← ops, backend-cpu ← backend-gpu; core, ops ← train; all ← tapegrad.
 * Inside core, a room imports only rooms above it in this list. Type-only imports count too, except in the rule on circles.
 * The kernel language (what an op's lowering is written in) lies below the graph; all that works on nodes lies above.
 */
const rooms = [
  { name: 'errors and options', path: '^packages/core/src/(errors|site|options)([.]ts|/)' },
  { name: 'tensor', path: '^packages/core/src/tensor/' },
  { name: 'kernel language', path: '^packages/core/src/loops/' },
  { name: 'graph', path: '^packages/core/src/graph/' },
  { name: 'primitives', path: '^packages/core/src/primitives/' },
  { name: 'placement', path: '^packages/core/src/placement/' },
  { name: 'fusion', path: '^packages/core/src/fusion/' },
  { name: 'differentiate, passes and print', path: '^packages/core/src/(differentiate|passes|print)/' },
  { name: 'tape', path: '^packages/core/src/tape/' },
  { name: 'machine', path: '^packages/core/src/machine/' },
];

const roomRules = rooms.slice(0, -1).map((room, i) => ({
  name: `core: ${room.name}`,
  comment: `Imports go one way: ${rooms.map((each) => each.name).join(' ← ')}.`,
  severity: 'error',
  from: { path: room.path },
  to: { path: rooms.slice(i + 1).map((each) => each.path) },
}));

/** What a package's sources may import of the other packages. */
const packages = {
  core: [],
  ops: ['core'],
  'backend-cpu': ['core'],
  'backend-gpu': ['core', 'backend-cpu'],
  train: ['core', 'ops'],
  tapegrad: ['core', 'ops', 'backend-cpu', 'train'],
};

const packageRules = Object.entries(packages).map(([name, allowed]) => ({
  name: `package: ${name}`,
  comment: `${name} may import ${allowed.join(', ') || 'none of our other packages'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^(packages|examples|test|bench|docs)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/src/` },
}));

export default {
  forbidden: [
    ...packageRules,
    ...roomRules,
    {
      name: 'no circles',
      comment: 'Files import each other in one direction; mutually recursive things are one file.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'own index',
      comment: "No file imports its own package's index.",
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/$1/src/index[.]ts$' },
    },
    {
      name: 'by the front door',
      comment:
        "Another package is imported by its name; its inner files are not ours. (A package's own tests may import its files.)",
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/($1/|[^/]+/src/(node/)?index[.]ts$)' },
    },
    {
      name: 'no Node',
      comment: 'core, ops and train run in browsers; what needs Node is in train/src/node.',
      severity: 'error',
      from: { path: '^packages/(core|ops|train|tapegrad)/src/', pathNot: '^packages/train/src/node/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no run-time dependencies',
      severity: 'error',
      from: { path: '^packages/(core|ops|train|tapegrad)/src/' },
      to: { path: 'node_modules' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no development dependencies',
      comment: 'What is a peer, too, is there where it is asked for.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['tapegrad-source', 'import', 'node', 'types', 'default'],
    },
  },
};
