// A certificate for servers of tests.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  /** Both in one. */
  readonly keystore: string;
}

/** A self-signed certificate for 127.0.0.1 with its key, as PEM files in `dir`. Needs openssl. */
export function makeCertificate(dir: string): CertificateFiles {
  const file = (name: string) => join(dir, name);
  const [key, certificate, keystore] = [file("key.pem"), file("cert.pem"), file("store.pem")];
  const command = `openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${certificate}`;
  const { exitCode, stderr } = Bun.spawnSync(command.split(" "));
  if (exitCode !== 0) throw new Error(`openssl: ${stderr}`);
  writeFileSync(keystore, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
  return { certificate, key, keystore };
}
