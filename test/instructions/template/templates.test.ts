import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterAll, describe, expect, test, vi } from "vitest";
import { Templates } from "../../../instructions/template/templates.ts";
import type { Rendered, Variables } from "../../../instructions/template/template-problem.ts";

const DIST = join(import.meta.dirname, "../../../dist");
/** Which limit a template meets first depends on the machine. */
const ANY_LIMIT = "it (?:takes too long|needs too much memory|makes too much text|is nested too deeply)";
const KEPT = "; the text stays as it is written";
const variables: Variables = {
  project: "plumb",
  tags: ["b", "a"],
  trick: "{{ project }}{% if %}",
  many: Array.from({ length: 9_000 }, () => "x"),
};
const signal = new AbortController().signal;

const templates = new Templates();
afterAll(() => templates.close());

function liquid(text: string, more: Variables = {}, from = templates): Promise<Rendered> {
  return from.render(text, { kind: "liquid", variables: { ...variables, ...more }, signal });
}

/** Takes seconds by itself, in steps between which no limit is looked at. */
const TOO_LONG = `{% if many == many${" and many == many".repeat(5_000)} %}x{% endif %}`;
/** Takes seconds in one step of V8, which nothing can stop; `$` looks for it. */
const unstoppable = (use: string): string =>
  `{% assign a = "${"a".repeat(40_000)}" %}{% assign b = a | append: "b" | append: a %}` +
  `{% assign t = a | append: a | append: a | append: a | append: a %}${use}`;

describe("what Liquid can do", () => {
  test.each([
    ["a variable", "{{ project }}", "plumb"],
    ["filters", "{{ project | upcase | append: '!' | replace: 'L', 'l' }}", "PlUMB!"],
    ["lists", "{{ tags | sort | join: '-' }} {{ tags.size }} {{ tags[0] }} {{ tags.last }}", "a-b 2 b a"],
    [
      "loops",
      "{% for t in tags %}{{ forloop.index }}{{ t }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
      "1b, 2a",
    ],
    [
      "break and continue",
      "{% for t in tags %}{% if t == 'b' %}{% continue %}{% endif %}{{ t }}{% break %}{% endfor %}",
      "a",
    ],
    [
      "conditions",
      "{% if tags contains 'a' and project != 'x' %}yes{% elsif project %}?{% else %}no{% endif %}",
      "yes",
    ],
    ["cases", "{% case project %}{% when 'x', 'plumb' %}p{% else %}n{% endcase %}", "p"],
    [
      "own variables",
      "{% assign n = tags.size | plus: 1 %}{% capture c %}<{{ n }}>{% endcapture %}{{ c }}{{ c }}",
      "<3><3>",
    ],
    ["comments", "a{% comment %}{% nonsense %}{% endcomment %}{% # one more %}b", "ab"],
    ["raw", "{% raw %}{{ project }}{% include 'x' %}{% endraw %}", "{{ project }}{% include 'x' %}"],
    ["white space control", "a \n {%- if true -%} \n b \n {%- endif -%} \n c", "abc"],
    ["other scripts, CRLF", "días\r\n{% if project %}日本 🙂 👩‍👩‍👧\r\n{% endif %}é", "días\r\n日本 🙂 👩‍👩‍👧\r\né"],
    [
      "a variable that may be missing",
      "{% if branch %}{{ branch }}{% else %}-{% endif %}{{ branch | default: 'main' }}",
      "-main",
    ],
    ["text without a template", "# Rules\n{ a }", "# Rules\n{ a }"],
    ["nothing", "", ""],
  ])("%s", async (_, text, expected) => {
    expect(await liquid(text)).toEqual({ text: expected, problems: [] });
  });

  test("a value is never a template", async () => {
    expect(await liquid("{{ trick }} {% capture c %}{{ trick }}{% endcapture %}{{ c }}")).toEqual({
      text: `${String(variables["trick"])} ${String(variables["trick"])}`,
      problems: [],
    });
  });

  test("a variable may have the name of something that every object has", async () => {
    const odd = Object.fromEntries([
      ["__proto__", "own"],
      ["constructor", "too"],
      ["size", "three"],
    ]);
    expect((await liquid("{{ __proto__ }} {{ constructor }} {{ size }}", odd)).text).toBe("own too three");
  });

  test("one rendering leaves nothing behind for the next", async () => {
    await liquid("{% assign leak = 'x' %}{% assign project = 'y' %}{{ project }}");
    expect((await liquid("{{ project }}{{ leak | default: '-' }}")).text).toBe("plumb-");
  });

  test("words are filled in here, without a worker", async () => {
    expect(await templates.render("{{ project }} {{ a.b }}", { kind: "vars", variables, signal })).toEqual({
      text: "plumb {{ a.b }}",
      problems: [],
    });
  });
});

describe("an error keeps the text and names the line", () => {
  test.each([
    ["an unknown variable", "a\r\nb\n{{ nope }}", "there is no variable `nope`", 3],
    ["a part of one that is not there", "\n{{ project.nope }}", "there is no variable `project.nope`", 2],
    [
      "an unknown filter",
      "{{ project | hack }}",
      "the filter `hack` is not among those that can be used here",
      1,
    ],
    ["an unknown tag", "\n\n{% hack %}", "the tag `hack` is not among those that can be used here", 3],
    [
      "an end without a beginning",
      "{% endif %}",
      "the tag `endif` is not among those that can be used here",
      1,
    ],
    ["a tag without an end", "a\n{% if project", "`{% if project` is not closed", 2],
    ["a block without an end", "{% if project %}\nx", "`{% if project %}` is not closed", 1],
    ["an output without an end", "{{ project", "`{{ project` is not closed", 1],
    ["raw without an end", "{% raw %}{{ x", "`{% raw %}{{ x` is not closed", 1],
    ["a range", "{% for i in (1..3) %}{% endfor %}", "ranges cannot be used here", 1],
  ])("%s", async (_, text, why, line) => {
    expect(await liquid(text)).toEqual({ text, problems: [{ message: why + KEPT, line }] });
  });

  test("what it quotes is bounded and escaped", async () => {
    const text = `{{ project["\u202e\`${"x".repeat(500)}"] }}`;
    const { problems } = await liquid(text);
    expect(problems[0]?.message).toMatch(/^there is no variable `project\.\\u\{202e\}'x+…`; /u);
    expect(problems[0]?.message.length).toBeLessThan(160);
  });
});

describe("attacks get nothing", () => {
  const files = ["include", "render", "layout", "block", "extends", "import", "include_relative"].flatMap(
    (tag) => [
      `{% ${tag} '/etc/passwd' %}`,
      `{%-${tag} "../../etc/passwd"-%}x{%- end${tag} -%}`,
      `{%\n${tag}\t/etc/passwd %}`,
      `{% assign f = 'package.json' %}{% ${tag} f %}`,
      `{% ${tag} 'constructor' %}`,
    ],
  );
  const tags = [
    "increment x",
    "decrement x",
    "cycle 'a'",
    "echo project",
    "tablerow x in tags",
    "liquid\ninclude 'x'",
  ];
  const names = [
    "constructor",
    "__proto__",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__defineGetter__",
    "prototype",
  ];
  const objects = ["project", "tags", "tags[0]", "forloop", "empty", "blank", "nil", "'text'", "1"];
  const filters = [
    "date: '%c'",
    "date: '%Z', 'Asia/Tokyo'",
    "date: '%9999999999N'",
    "where_exp: 'x', 'x'",
    "group_by_exp: 'x', 'x'",
    "map: 'constructor'",
    "push: 1",
    "concat: tags",
    "repeat: 9",
    ..."date_to_string where json inspect raw sample base64_decode sha256 url_decode escape times pop".split(
      " ",
    ),
    ...names,
  ];
  test.each([
    ...files,
    ...tags.map((tag) => `{% ${tag} %}`),
    ...names.map((name) => `{% ${name} %}`),
    ...objects.flatMap((object) =>
      names.map((name) => `{% for x in tags %}{{ ${object}.${name} }}{% endfor %}`),
    ),
    ...objects.flatMap((object) =>
      names.map((name) => `{% for x in tags %}{{ ${object}["${name}"] }}{% endfor %}`),
    ),
    "{% for x in tags %}{{ forloop.next }}{% endfor %}",
    "{% for x in tags %}{{ forloop.liquidMethodMissing }}{% endfor %}",
    "{{ empty.equals }}",
    "{{ nil.gt }}",
    "{% assign c = 'construct' | append: 'or' %}{{ project[c] }}",
    "{{ tags | sort: 'constructor.constructor' | first | upcase | nope }}",
    ...filters.map((filter) => `{{ 'now' | ${filter} }}`),
    "{% assign b = 9007199254740992 %}{% assign e = b | plus: 2 %}{% for i in (b..e) %}{% endfor %}",
    "{% for i in (1..100000000) %}{% for j in (1..100000000) %}x{% endfor %}{% endfor %}",
  ])("%s", async (text) => {
    const { text: rendered, problems } = await liquid(text);
    expect([rendered, problems.length]).toEqual([text, 1]);
    expect(problems[0]?.message).toMatch(
      /^(?:there is no variable|the (?:tag|filter)|ranges|`.* is not closed|Liquid does)/u,
    );
  });

  test("what a string, a list and a loop have by nature is all that they have", async () => {
    const text =
      "{{ project.size }} {{ tags.size }} {{ tags.first }} {% for x in tags %}{{ forloop.length }}{% endfor %}";
    expect((await liquid(text)).text).toBe("5 2 b 22");
    expect((await liquid("{{ tags.join }}")).problems).toHaveLength(1);
    // an object shows itself as nothing that tells about the program
    expect((await liquid("{% for x in tags %}{{ forloop }}{% endfor %}")).text).not.toMatch(
      /function|native|\[object/u,
    );
  });

  const DOUBLED = "{% assign a = a | append: a %}".repeat(60);
  test.each([
    ["append", `{% assign a = 'xxxxxxxx' %}${DOUBLED}{{ a }}`],
    ["capture", `{% assign a = 'x' %}${"{% capture a %}{{ a }}{{ a }}{% endcapture %}".repeat(60)}`],
    [
      "a loop that writes",
      `{% assign a = "${"x,".repeat(5_000)}" | split: "," %}{% for x in a %}${"y".repeat(500)}{% endfor %}`,
    ],
    ["replace", `{{ "${"a".repeat(5_000)}" | replace: "a", "${"b".repeat(5_000)}" }}`],
    ["replace nothing", `{{ "${"a".repeat(5_000)}" | replace: "", "${"b".repeat(5_000)}" }}`],
    ["join", `{{ "${"a".repeat(9_000)}" | split: "" | join: "${"b".repeat(5_000)}" }}`],
    ["slice", `{{ project | slice: 0, 99999999999 }}`],
    ["a long output", `{% assign a = "${"é".repeat(50_000)}" %}{{ a }}{{ a }}{{ a }}`],
  ])("a memory bomb: %s", async (_, text) => {
    const { text: rendered, problems } = await liquid(text);
    expect([rendered === text, problems.length]).toEqual([true, 1]);
    expect(problems[0]?.message).toMatch(/^(?:it makes too much text|it becomes longer than 256 KiB);/u);
  });

  test.each([
    ["split", `{{ "${"a".repeat(50_000)}" | split: "" | size }}`, "a list in it is too long"],
    ["a long list of loops backwards", backwards(1_500), ANY_LIMIT],
    [
      "nested loops",
      `{% assign a = "${"x,".repeat(900)}" | split: "," %}${nested("for x in a", "for", 4)}`,
      ANY_LIMIT,
    ],
    [
      "loops over loops over nothing",
      `{% assign a = "${"x,".repeat(9_000)}" | split: "," %}${nested("for x in a reversed", "for", 3)}`,
      ANY_LIMIT,
    ],
    ["one step after the other", TOO_LONG, "it takes too long"],
    [
      "contains in one step",
      unstoppable("{% if t contains b %}{% endif %}"),
      "it looks for a text that is too long",
    ],
    ["replace in one step", unstoppable("{{ t | replace: b, '' }}"), "it looks for a text that is too long"],
    ["split in one step", unstoppable("{{ t | split: b }}"), "it looks for a text that is too long"],
    ["remove in one step", unstoppable("{{ t | remove: b }}"), "it looks for a text that is too long"],
    [
      "contains a list",
      unstoppable("{% assign l = b | split: 'x' %}{% if t contains l %}{% endif %}"),
      "it looks for a text",
    ],
    ["deep properties", `{{ ${"tags[".repeat(15_000)}0${"]".repeat(15_000)} }}`, "it is nested too deeply"],
    ["1 MiB", "{{ project }}".repeat(80_000), "it is longer than 100000 characters"],
    ["many openings", "{{".repeat(50_000), "`.*` is not closed"],
    ["many tags", "{%".repeat(50_000), "`.*` is not closed"],
    ["many raws", "{% raw %}".repeat(11_000), "`.*` is not closed"],
    ["many ends of raw", `{% raw %}${"{% endraw".repeat(10_000)}`, "`.*` is not closed"],
    [
      "a bidi character by escape",
      String.raw`{{ "a\u202eb" }}`,
      String.raw`it makes a character that does not show itself \(\\u\{202e\}\)`,
    ],
    [
      "a tag character in halves",
      String.raw`{{ "\uDB40" | append: "\uDC41" }}`,
      "it makes a character that does not show itself",
    ],
    ["half a character", `{{ "🙂" | split: "" | first }}`, "it makes a character that does not show itself"],
    ["a null", String.raw`{{ "\0" }}`, "it makes a character that does not show itself"],
  ])("without end: %s", async (_, text, why) => {
    const { text: rendered, problems } = await liquid(text);
    expect([rendered === text, problems.length]).toEqual([true, 1]);
    expect(problems[0]?.message).toMatch(new RegExp(`^${why}`, "u"));
  });

  test("deep nesting is rendered or refused, as the stack allows, and the next template works", async () => {
    const text = nested("if 1", "if", 5_000);
    const { text: rendered, problems } = await liquid(text);
    expect([rendered, problems.length]).toEqual(problems.length === 0 ? ["x", 0] : [text, 1]);
    expect((await liquid("{{ project }}")).text).toBe("plumb");
  });

  test("variables that are too long are refused", async () => {
    expect((await liquid("{{ v }}", { v: "x".repeat(300_000) })).problems[0]?.message).toBe(
      `its variables are too long${KEPT}`,
    );
    const list = Array.from({ length: 20_000 }, () => "x");
    expect((await liquid("{{ v }}", { v: list })).problems[0]?.message).toBe(
      `a list in it is too long${KEPT}`,
    );
  });
});

/** Processes of this one that fill in templates. */
function workers(): string[] {
  const all = execFileSync("ps", ["-o", "pid=,stat=,args=", "--ppid", String(process.pid)], {
    encoding: "utf8",
  });
  const found = all
    .split("\n")
    .filter((line) => line.includes("template-worker") && !/^\s*\d+\s+Z/u.test(line));
  return found.map((line) => line.trim().split(/\s+/u)[0] ?? "");
}

describe("the worker", () => {
  test("50 at once, hostile ones among them, each get their own answer", async () => {
    const bad = "{% include 'x' %}";
    const texts = Array.from({ length: 50 }, (_, at) =>
      at % 10 === 3 ? bad : at === 25 ? TOO_LONG : `{{ v }} ${at}`,
    );
    const all = await Promise.all(texts.map((text, at) => liquid(text, { v: `v${at}` })));
    expect(all.map(({ text }) => text)).toEqual(
      texts.map((text, at) => (text === bad || text === TOO_LONG ? text : `v${at} ${at}`)),
    );
  });

  test("a hostile template holds up the main loop for less than 50 ms, and is stopped within seconds", async () => {
    const worst: number[] = [];
    while (worst.length < 5 && !(Math.min(...worst) < 50)) {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const startedAt = performance.now();
      const { problems } = await liquid(TOO_LONG);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      delay.disable();
      worst.push(delay.max / 1e6);
      expect(problems[0]?.message).toBe(`it takes too long${KEPT}`);
    }
    expect(Math.min(...worst)).toBeLessThan(50);
  });

  test.skipIf(process.platform === "win32")(
    "one is enough, is replaced when it had to be ended, and ends by itself after 30 s without work",
    async () => {
      const others = workers();
      const mine = (): string[] => workers().filter((pid) => !others.includes(pid));
      const own = new Templates();
      try {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        await liquid("{{ project }}", {}, own);
        const first = mine();
        await liquid("{{ project }}", {}, own);
        expect([first.length, mine()]).toEqual([1, first]);
        await liquid(TOO_LONG, {}, own);
        expect((await liquid("{{ project }}", {}, own)).text).toBe("plumb");
        const second = mine();
        expect([second.length, second.filter((pid) => first.includes(pid))]).toEqual([1, []]);
        vi.advanceTimersByTime(30_000);
        await vi.waitFor(() => expect(mine()).toEqual([]));
        expect((await liquid("{{ project }}", {}, own)).text).toBe("plumb");
        expect(mine()).toHaveLength(1);
      } finally {
        vi.useRealTimers();
        await own.close();
      }
      expect(mine()).toEqual([]);
    },
  );

  test("one that is killed in the middle costs its answer and nothing else", async () => {
    const others = workers();
    const own = new Templates();
    try {
      await liquid("{{ project }}", {}, own);
      const running = liquid(TOO_LONG, {}, own);
      for (const pid of workers().filter((each) => !others.includes(each)))
        process.kill(Number(pid), "SIGKILL");
      expect((await running).problems[0]?.message).toMatch(/^it needs too much memory/u);
      expect((await liquid("{{ project }}", {}, own)).text).toBe("plumb");
    } finally {
      await own.close();
    }
  });

  test("an abort is answered at once, waiting or running, and the next one works", async () => {
    const stop = new AbortController();
    const about = { kind: "liquid", variables, signal: stop.signal } as const;
    const running = templates.render(TOO_LONG, about);
    const waiting = templates.render("{{ project }}", about);
    const other = liquid("{{ project }}");
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(running).rejects.toThrow("enough");
    await expect(waiting).rejects.toThrow("enough");
    await expect(templates.render("{{ project }}", about)).rejects.toThrow("enough");
    expect((await other).text).toBe("plumb");
  });

  test("after close nothing is rendered, and what ran fails", async () => {
    const own = new Templates();
    const running = liquid(TOO_LONG, {}, own);
    const waiting = liquid("{{ project }}", {}, own);
    const answers = Promise.allSettled([running, waiting]);
    await own.close();
    const cancelled = { status: "rejected", reason: expect.objectContaining({ code: "cancelled" }) };
    expect(await answers).toEqual([cancelled, cancelled]);
    await expect(liquid("{{ project }}", {}, own)).rejects.toMatchObject({ code: "cancelled" });
    await own.close();
  });

  test("Liquid is in the worker's file and not in the command", async () => {
    const [cli, worker] = await Promise.all(
      ["cli.js", "template-worker.js"].map((file) => readFile(join(DIST, file), "utf8")),
    );
    expect([cli?.includes("tablerow"), worker?.includes("tablerow")]).toEqual([false, true]);
  });
});

function nested(open: string, name: string, depth: number): string {
  return `${`{% ${open} %}`.repeat(depth)}x${`{% end${name} %}`.repeat(depth)}`;
}

function backwards(depth: number): string {
  return `{% assign a = "${"x,".repeat(9_000)}" | split: "," %}${nested("for x in a reversed", "for", depth)}`;
}
