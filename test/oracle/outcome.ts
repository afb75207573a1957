/** How a case, trajectory or schedule fared. */
export interface Outcome {
  readonly id: string;
  readonly group: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** What is wrong, or why it was skipped. */
  readonly reasons: readonly string[];
}

/** Something to judge, when asked. */
export interface Task {
  readonly group: string;
  readonly judge: () => Promise<Outcome>;
}

/** A task of finding out what is wrong; an error fails it. */
export function task(id: string, group: string, wrongs: () => Promise<readonly string[]>): Task {
  const judge = async (): Promise<Outcome> => {
    try {
      const reasons = await wrongs();
      return { id, group, verdict: reasons.length === 0 ? 'passed' : 'failed', reasons };
    } catch (error) {
      const reasons = [error instanceof Error ? error.message : String(error)];
      return { id, group, verdict: 'failed', reasons };
    }
  };
  return { group, judge };
}
