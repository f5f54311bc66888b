import { Cron } from 'croner';

/** Work of a schedule; the signal fires when the process is to end. */
export interface ScheduledJob {
  readonly name: string;
  /** Cron pattern in UTC, or `off`. */
  readonly schedule: string;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Schedules of a process. */
export interface Jobs {
  /** Runs a job now, beside its schedule; when it is running already, once more after that. False: there is none of this name. */
  trigger(name: string): boolean;
  /** Starts nothing any more and waits for what is running. */
  close(): Promise<void>;
}

/** Starts the schedules. A job never runs beside itself: a time that comes meanwhile is left out. A failure is told, the next time is the next try. */
export function createJobs({
  jobs,
  onError,
}: {
  jobs: readonly ScheduledJob[];
  onError: (name: string, error: unknown) => void;
}): Jobs {
  const closing = new AbortController();
  const runners = new Map(jobs.map((job) => [job.name, createRunner(job, { signal: closing.signal, onError })]));
  const crons = jobs
    .filter(({ schedule }) => schedule !== 'off')
    .map(
      ({ name, schedule }) =>
        new Cron(schedule, { timezone: 'UTC', unref: true }, () => runners.get(name)?.start(false)),
    );
  return {
    trigger: (name) => {
      const runner = runners.get(name);
      runner?.start(true);
      return runner !== undefined;
    },
    close: async () => {
      closing.abort();
      for (const cron of crons) cron.stop();
      await Promise.all([...runners.values()].map((runner) => runner.ended()));
    },
  };
}

function createRunner({ name, run }: ScheduledJob, { signal, onError }: RunnerDeps) {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const turn = async (): Promise<void> => {
    do {
      isWanted = false;
      try {
        await run(signal);
      } catch (error) {
        if (!signal.aborted) onError(name, error);
      }
    } while (isWanted && !signal.aborted);
    running = undefined;
  };
  return {
    start: (again: boolean): void => {
      if (signal.aborted) return;
      if (running) isWanted ||= again;
      else running = turn();
    },
    ended: async (): Promise<void> => running,
  };
}

interface RunnerDeps {
  readonly signal: AbortSignal;
  readonly onError: (name: string, error: unknown) => void;
}
