// Types of the part of snappyjs that is used here; the package has none.
declare module "snappyjs" {
  export function compress(plain: Buffer): Buffer;
}
