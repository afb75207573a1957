import { gpujs } from '@tapegrad/backend-gpu';
import { subjectOf } from '../conformance/subject.js';
import { suiteOf } from '../conformance/suite.js';
import { conformanceTasks } from '../conformance/tasks.js';
import { readOracle } from '../oracle/read.js';

const backend = gpujs({ missing: 'host' });
// One GPU for all machines: a context of its own for each would take longest.
const subject = subjectOf('gpujs', () => backend);

suiteOf('conformance of gpujs on OpenGL', await conformanceTasks(subject, readOracle()));
