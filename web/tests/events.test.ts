import { describe, expect, test } from "vitest";
import { address } from "../src/lib/api/address";
import { events } from "../src/lib/api/events";
import { Problems } from "../src/lib/api/problems";

async function* parts(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function read(...texts: string[]): Promise<string[]> {
  const found = [];
  for await (const { event, data, id } of events(parts(...texts))) found.push(`${event}/${id}/${data}`);
  return found;
}

describe("server-sent events", () => {
  const stream = ': hello\n\nevent: job\nid: 7\ndata: {"a":\ndata: 1}\n\nretry: 100\n\ndata: end\r\n\r\n';
  const told = ['job/7/{"a":\n1}', "message//end"];

  test("a01 names, ids, comments, and data of several lines", async () => {
    expect(await read(stream)).toEqual(told);
  });

  test("b01 the same wherever the stream breaks", async () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(await read(stream.slice(0, cut), stream.slice(cut)), `cut at ${cut}`).toEqual(told);
    }
    expect(await read(...stream)).toEqual(told);
  });

  test("b02 half an event at the end is not told", async () => {
    expect(await read("data: 1\n\ndata: 2\n")).toEqual(["message//1"]);
  });
});

describe("addresses", () => {
  test("a01 names are escaped, and what is empty is left out", () => {
    const query = { q: "Xi'an", empty: "", none: null, at: 0, off: false, place: ["A", "B"] };
    expect(address("/api/corridors/{corridor}/facts/{id}", { corridor: "a/b", id: "ü?" }, query)).toBe(
      "/api/corridors/a%2Fb/facts/%C3%BC%3F?q=Xi%27an&at=0&off=false&place=A&place=B",
    );
  });

  test("a02 a name that is missing is an error, not a hole", () => {
    expect(() => address("/api/jobs/{id}", {})).toThrow("needs id");
  });
});

describe("problems", () => {
  const problem = { address: "facility.csv, row X, servers", found: "0", remedy: "give 1 or more" };

  test("a01 are read out of problem+json", async () => {
    const body = JSON.stringify({ title: "Invalid", detail: "1 problem", status: 422, problems: [problem] });
    const found = await Problems.of(new Response(body, { status: 422, headers: { "content-type": "application/problem+json" } }));
    expect({ ...found, message: found.message }).toMatchObject({ status: 422, title: "Invalid", message: "1 problem", problems: [problem] });
  });

  test.each(["<html>", "{", ""])("b01 any other body is still a problem: %s", async (body) => {
    for (const type of ["text/html", "application/json"]) {
      const found = await Problems.of(new Response(body, { status: 502, headers: { "content-type": type } }));
      expect(found.status).toBe(502);
      expect(found.title).not.toBe("");
    }
  });

  test("b02 what we gave up ourselves is none", () => {
    expect(Problems.from(new DOMException("gone", "AbortError"))).toBeNull();
    expect(Problems.from(new TypeError("no network"))?.status).toBe(0);
  });
});
