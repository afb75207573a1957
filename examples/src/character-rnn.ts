import {
  adam,
  add,
  clipByGlobalNorm,
  Graph,
  glorotUniform,
  grad,
  matmul,
  mul,
  type Node,
  randomCategorical,
  stack,
  TapeMachine,
  take,
  tanh,
  zeros,
} from 'tapegrad';

const TEXT = `the rain in spain stays mainly in the plain, and the train to the main drain is again in vain. `;
const HIDDEN = 32;
/** Characters through which the network is unrolled. */
const LENGTH = 16;
const STEPS = 100;
/** Factor of the scores when it writes: the higher, the more often it takes the likeliest character. */
const CERTAINTY = 2;

const alphabet = [...new Set(TEXT)].sort();
const codes = Array.from(TEXT, (character) => alphabet.indexOf(character));
const windows = codes.map((_, start) => Array.from({ length: LENGTH + 1 }, (_, i) => codes[(start + i) % codes.length]!));

/** Teaches a recurrent network to continue a text, letter by letter, and lets it write. */
export async function main(): Promise<{ loss: number; text: string }> {
  const graph = new Graph();
  const size = alphabet.length;
  const embedding = graph.parameter('embedding', glorotUniform([size, HIDDEN]));
  const w = graph.parameter('w', glorotUniform([HIDDEN, HIDDEN]));
  const b = graph.parameter('b', zeros([HIDDEN]));
  const out = graph.parameter('out', glorotUniform([HIDDEN, size]));
  /** The hidden state after one more character. */
  const next = (state: Node, character: Node): Node => tanh(add(add(take(embedding, character), matmul(state, w)), b));

  // Unrolled in time: each step of the window is nodes of its own, which share the weights.
  const window = graph.input('window', ['batch', LENGTH + 1], 'int32');
  const column = (i: number): Node => graph.squeeze(graph.slice(window, [[], [i, i + 1]]), { axis: 1 });
  let state = graph.zerosLike(take(embedding, column(0)));
  const scores: Node[] = [];
  for (let i = 0; i < LENGTH; i++) {
    state = next(state, column(i));
    scores.push(matmul(state, out));
  }
  const targets = graph.slice(window, [[], [1, LENGTH + 1]]);
  const loss = graph.crossEntropy(stack(scores, { axis: 1 }), targets);

  const parameters = [embedding, w, b, out];
  const gradients = clipByGlobalNorm(grad(loss, parameters), 1);
  const machine = new TapeMachine(graph);
  const step = await machine.compile({ loss }, { updates: adam(gradients, parameters, { learningRate: 0.01 }) });
  let reached = Number.NaN;
  for (let i = 0; i < STEPS; i++) {
    reached = Number((await step.run({ window: windows })).loss.item());
    if (i % 20 === 19) console.log(`step ${i + 1}: loss ${reached.toFixed(4)}`);
  }

  // To write, one character a run: the state and the last character stay in the machine.
  const memory = graph.state('memory', zeros([1, HIDDEN]));
  const last = graph.state('last', [alphabet.indexOf('t')], { dtype: 'int32' });
  const after = next(memory, last);
  const drawn = randomCategorical(mul(CERTAINTY, matmul(after, out)));
  const updates = [
    { state: memory, value: after },
    { state: last, value: drawn },
  ];
  const write = await machine.compile({ drawn }, { updates });
  let text = 't';
  for (let i = 0; i < 80; i++) text += alphabet[Number((await write.run()).drawn.data[0])];
  console.log(text);
  return { loss: reached, text };
}
