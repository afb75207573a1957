/** Runs an example by name: `npm run example -- xor`. */
const examples: Readonly<Record<string, () => Promise<{ main: () => Promise<unknown> }>>> = {
  'add-two-scalars': () => import('./add-two-scalars.js'),
  'character-rnn': () => import('./character-rnn.js'),
  'gaussian-process': () => import('./gaussian-process.js'),
  'implicit-layer': () => import('./implicit-layer.js'),
  iris: () => import('./iris.js'),
  'line-fit': () => import('./line-fit.js'),
  'mnist-convolutional': () => import('./mnist-convolutional.js'),
  'mnist-short': () => import('./mnist-short.js'),
  'newton-rosenbrock': () => import('./newton-rosenbrock.js'),
  pendulum: () => import('./pendulum.js'),
  'user-defined-op': () => import('./user-defined-op.js'),
  xor: () => import('./xor.js'),
};

const name = process.argv[2] ?? '';
const load = Object.hasOwn(examples, name) ? examples[name] : undefined;
if (load) {
  await (await load()).main();
} else {
  console.error(`${name ? `There is no example '${name}'.` : 'Which example?'} There are: ${Object.keys(examples).join(', ')}.`);
  process.exitCode = 2;
}
