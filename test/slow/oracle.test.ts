import { backends } from '../machine/backends.js';
import { oracleSuite } from '../oracle/suite.js';

for (const [name, open] of backends) {
  oracleSuite(name, { open, dtype: 'float32' });
  if (name !== 'js') oracleSuite(name, { open, dtype: 'float64' });
}
