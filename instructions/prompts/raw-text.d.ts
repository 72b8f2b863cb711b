/** A text file as a string: vite understands the ending, esbuild is told to in scripts/build.mjs. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}
