import { RUN } from '../driver.js';
import { HOST } from '../module.js';
import { SLEEP, WAKE } from './barrier.js';
import { LETTERS, MEETING, STATES, WORDS } from './words.js';

/** How often a worker looks for the next run, about 100 µs, before it returns to its event loop, where a message wakes it. */
const LOOKS = 100_000;
/** How long a thread sleeps in a barrier before it looks again, in milliseconds. */
export const SLICE = 50;

const index = (address: number): number => address / Int32Array.BYTES_PER_ELEMENT;

/**
 * What a worker runs, as text: a bundler, or a loader of TypeScript, would put into a function's text what exists only around it. `listen`
 * is what its host has for receiving messages.
 *
 * It is given its words first, then programs, which it makes ready in the memory of their machines. Told of a run, it takes part in it.
 * Where its part fails it says why, and calls the run off for the others.
 */
export function workerSource(listen: string): string {
  return `'use strict';
const programs = new Map();
let words;
let seen = 0;
const fail = (error) => {
  const why = String((error && error.message) || error).slice(0, ${LETTERS});
  for (let i = 0; i < why.length; i++) words[${WORDS.why + 1} + i] = why.charCodeAt(i);
  words[${WORDS.why}] = why.length;
  Atomics.store(words, ${WORDS.state}, ${STATES.failed});
};
const enrol = ({ id, module, memory }) => {
  const meeting = new Int32Array(memory.buffer, 0, ${index(1024)});
  const sleep = (passed) => {
    Atomics.add(meeting, ${index(MEETING.sleeping)}, 1);
    Atomics.wait(meeting, ${index(MEETING.passed)}, passed, ${SLICE});
    Atomics.sub(meeting, ${index(MEETING.sleeping)}, 1);
  };
  const wake = () => Atomics.notify(meeting, ${index(MEETING.passed)});
  const host = { memory, ${SLEEP.name}: sleep, ${WAKE.name}: wake };
  for (const { name } of WebAssembly.Module.imports(module)) host[name] ??= Math[name] ?? (() => {});
  const run = new WebAssembly.Instance(module, { ${HOST}: host }).exports.${RUN};
  const callOff = () => {
    Atomics.store(meeting, ${index(MEETING.off)}, 1);
    Atomics.add(meeting, ${index(MEETING.passed)}, 1);
    wake();
  };
  programs.set(id, { run, callOff });
};
const takePart = () => {
  const { run, callOff } = programs.get(words[${WORDS.program}]);
  try {
    run(words[${WORDS.scratch}], words[${WORDS.thread}], words[${WORDS.threads}]);
    Atomics.store(words, ${WORDS.left}, seen);
  } catch (error) {
    fail(error);
    callOff();
  }
};
const serve = () => {
  for (;;) {
    Atomics.store(words, ${WORDS.state}, ${STATES.listening});
    for (let i = 0; i < ${LOOKS} && Atomics.load(words, ${WORDS.run}) === seen; i++);
    if (Atomics.load(words, ${WORDS.run}) === seen) {
      Atomics.store(words, ${WORDS.state}, ${STATES.parked});
      if (Atomics.load(words, ${WORDS.run}) === seen) return;
    }
    seen = Atomics.load(words, ${WORDS.run});
    takePart();
    if (words[${WORDS.state}] === ${STATES.failed}) return;
  }
};
${listen}((message) => {
  if (message.words) words = message.words;
  if (words[${WORDS.state}] === ${STATES.failed}) return;
  try {
    if (message.module) {
      enrol(message);
      Atomics.add(words, ${WORDS.programs}, 1);
    }
    if (message.forget) programs.delete(message.forget);
    serve();
  } catch (error) {
    fail(error);
  }
});
`;
}
