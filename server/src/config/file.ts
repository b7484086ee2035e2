import schema from '../../config.schema.json' with { type: 'json' };
import { strictReader } from './strict-file.ts';

type Door = { readonly origin: string; readonly address: string; readonly port: number };

/** A configuration as `config.schema.json` describes it, with its defaults filled in. */
export type ConfigFile = {
  readonly name: string;
  readonly folder: string;
  readonly identity?: string;
  readonly seats: Door;
  readonly peer: Door;
  readonly metrics: { readonly address: string; readonly port: number } | null;
  readonly web?: string;
  readonly plain: boolean;
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly privateRanges: readonly string[];
  readonly counterparts: readonly { readonly name: string; readonly root: string; readonly peer: string }[];
  readonly sheets: readonly string[];
  readonly sfu: {
    readonly address: string;
    readonly port: number | null;
    readonly mediaPort: number | null;
    readonly url: string | null;
    readonly binary: string | null;
    readonly keep: boolean;
  };
  readonly relay: { readonly urls: readonly string[]; readonly secret: string } | null;
  readonly lostAfter: { readonly gone: number; readonly closed: number };
};

/** Reads a configuration file strictly; refuses `config.wrong` with the setting and its line. */
export const readFile = strictReader<ConfigFile>(schema, 'config.wrong');
