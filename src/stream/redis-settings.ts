// How to reach Redis.

/** An address of Redis with login and TLS. */
export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  /** Default 0. */
  readonly database?: number;
  /** Default: Redis's `default` user. */
  readonly username?: string | null;
  /** Default: no login. */
  readonly password?: string | null;
  /** Whether the connection is encrypted; default false. */
  readonly tls?: boolean;
  /** Authority that signed the certificate, PEM; default: those that the system trusts. */
  readonly tlsCa?: string | null;
}
