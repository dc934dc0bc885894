/** What the service says when it cannot answer: application/problem+json (RFC 9457) with our list of problems. */

export interface Problem {
  address: string;
  found: string;
  remedy: string;
}

export class Problems extends Error {
  readonly status: number;
  readonly title: string;
  readonly problems: readonly Problem[];

  constructor(status: number, title: string, detail: string, problems: readonly Problem[] = []) {
    super(detail || title);
    this.name = "Problems";
    this.status = status;
    this.title = title;
    this.problems = problems;
  }

  /** Out of an answer that is not a success, whatever its body is. */
  static async of(answer: Response): Promise<Problems> {
    const title = answer.statusText || `HTTP ${answer.status}`;
    if (!/json/.test(answer.headers.get("content-type") ?? "")) return new Problems(answer.status, title, "");
    try {
      const body = (await answer.json()) as Partial<{ title: string; detail: string; problems: Problem[] }>;
      return new Problems(answer.status, body.title ?? title, body.detail ?? "", body.problems ?? []);
    } catch {
      return new Problems(answer.status, title, "");
    }
  }

  /** Whatever was thrown, as problems to show; null for a request that we gave up ourselves. */
  static from(thrown: unknown): Problems | null {
    if (thrown instanceof Problems) return thrown;
    if (thrown instanceof DOMException && thrown.name === "AbortError") return null;
    return new Problems(0, "", thrown instanceof Error ? thrown.message : String(thrown));
  }
}
