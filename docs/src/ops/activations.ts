import { curve, type Group } from '../sample.js';

const x = [-2, -0.5, 0, 1];
const wide = { from: -4, to: 4 };

export const activations: Group = {
  title: 'Activations',
  about: 'Element by element, between the layers of a network. Kinks have the derivatives that PyTorch gives them.',
  ops: {
    relu: curve('relu(x)', x, wide),
    relu6: curve('relu6(x)', [-2, 0, 3, 8], { from: -4, to: 10 }),
    leakyRelu: curve('leakyRelu(x, { slope: 0.1 })', x, wide),
    elu: curve('elu(x)', x, wide),
    selu: curve('selu(x)', x, wide),
    gelu: curve('gelu(x)', x, wide),
    silu: curve('silu(x)', x, { from: -6, to: 4 }),
    mish: curve('mish(x)', x, { from: -6, to: 4 }),
    sigmoid: curve('sigmoid(x)', x, { from: -6, to: 6 }),
    logSigmoid: curve('logSigmoid(x)', x, wide),
    softplus: curve('softplus(x)', x, wide),
    softsign: curve('softsign(x)', x, { from: -6, to: 6 }),
    hardtanh: curve('hardtanh(x)', x, { from: -3, to: 3 }),
  },
};
