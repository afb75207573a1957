import { describe, expect, it } from 'vitest';
import { type Choices, readOptions } from '../src/options.js';

const choices: Choices = {
  suites: ['scalar', 'mlp'],
  backends: { js: { threads: 1 }, wasm: { threads: 8 } },
  peers: ['tfjs-cpu', 'jax-js'],
};

describe('the command line', () => {
  it('takes all suites and one backend where none is named', () => {
    expect(readOptions([], choices)).toEqual({
      suites: ['scalar', 'mlp'],
      backends: [{ name: 'js', threads: 1 }],
      peers: [],
      json: null,
      quick: false,
      help: false,
    });
  });

  it('reads suites, backends with threads, peers and a file', () => {
    const args = ['mlp', '--backend', 'js,wasm:2', '--peer', 'jax-js', '--json', 'out.json', '--quick'];
    expect(readOptions(args, choices)).toEqual({
      suites: ['mlp'],
      backends: [
        { name: 'js', threads: 1 },
        { name: 'wasm', threads: 2 },
      ],
      peers: ['jax-js'],
      json: 'out.json',
      quick: true,
      help: false,
    });
  });

  it.each([
    [['cnn'], 'No suite is called cnn; there are scalar, mlp.'],
    [['--backend', 'cuda'], 'No backend is called cuda; there are js, wasm.'],
    [['--peer', 'torch'], 'No peer is called torch; there are tfjs-cpu, jax-js.'],
    [['--backend', 'js:2'], 'js:2: js runs on one thread.'],
    [['--backend', 'wasm:9'], 'wasm:9: wasm runs on at most 8 threads.'],
    [['--backend', 'wasm:two'], 'wasm:two: after the colon stands a number of threads, as in wasm:1.'],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args, choices)).toThrow(message);
  });
});
