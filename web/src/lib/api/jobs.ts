/** Jobs of the service, followed by their events; a line that breaks is taken up again. */
import { ask, get, post, type Schemas } from "./client";
import { events, texts } from "./events";
import { Problems } from "./problems";

/** Its status is queued, running, done, failed, cancelled or interrupted. */
export type Job = Schemas["JobPage"];
/** As the list of jobs has it: without what was asked, which may be long. */
export type JobLine = Schemas["JobLine"];

export const ended = (job: Pick<Job, "status">): boolean => !["queued", "running"].includes(job.status);

const PAUSES_MS = [500, 1000, 2000, 5000, 10000];

/**
 * Call `changed` with the job at once and whenever it changes, until it has ended or `signal` stops it. Throws
 * `Problems` when the service does not know the job.
 */
export async function follow(id: string, changed: (job: Job) => void, signal: AbortSignal): Promise<Job | null> {
  let tries = 0;
  while (!signal.aborted) {
    try {
      const answer = await ask("/api/jobs/{job}/events", { named: { job: id }, signal }, { headers: { accept: "text/event-stream" } });
      for await (const event of events(texts(answer.body!))) {
        tries = 0;
        const job = JSON.parse(event.data) as Job;
        if (!job || typeof job.status !== "string") continue;
        changed(job);
        if (ended(job)) return job;
      }
    } catch (thrown) {
      if (signal.aborted) return null;
      if (thrown instanceof Problems && thrown.status >= 400 && thrown.status < 500) throw thrown;
    }
    await pause(PAUSES_MS[Math.min(tries++, PAUSES_MS.length - 1)]!, signal);
    if (signal.aborted) return null;
    const job = await state(id, signal);
    if (job) changed(job);
    if (job && ended(job)) return job;
  }
  return null;
}

async function state(id: string, signal: AbortSignal): Promise<Job | null> {
  try {
    return await get("/api/jobs/{job}", { named: { job: id }, signal });
  } catch (thrown) {
    if (thrown instanceof Problems && thrown.status >= 400 && thrown.status < 500) throw thrown;
    return null; // the service is away; it is asked again after a pause
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

export const cancel = (id: string): Promise<Job> => post("/api/jobs/{job}/cancel", null, { named: { job: id } });
export const resume = (id: string): Promise<Job> => post("/api/jobs/{job}/resume", null, { named: { job: id } });
