// Files that are imported as text (`with { type: "text" }`), so that they are in the compiled executable as well.
declare module "uplot/dist/uPlot.iife.min.js" {
  const text: string;
  export default text;
}
declare module "uplot/dist/uPlot.min.css" {
  const text: string;
  export default text;
}
declare module "*/page.css" {
  const text: string;
  export default text;
}
declare module "*/page-script.generated.js" {
  const text: string;
  export default text;
}
