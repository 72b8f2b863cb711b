// Starts git for the bench and times it. A process of its own that stays small: starting a program takes longer the
// larger the one that starts it, and the servers are small.
import { execFile } from "node:child_process";
import { performance } from "node:perf_hooks";

const MAX_OUTPUT = 2 ** 28;

process.on("message", ({ id, cwd, args }) => {
  const began = performance.now();
  execFile("git", args, { cwd, maxBuffer: MAX_OUTPUT }, (error, text) => {
    const ms = performance.now() - began;
    process.send({ id, ms, text, error: error?.message });
  });
});
