/** The one version of livekit-server that Parley is tested with; the doors decode exactly its signalling. */
export const version = '1.13.5';

/** The Go package of that version; from 1.13.6 on its `replace` lines forbid `go install …@version`. */
export const goPackage = `github.com/livekit/livekit-server/cmd/server@v${version}`;

/** One published archive: its file name and the SHA-256 (hex) of its bytes, which alone decides what is unpacked. */
export type Archive = { readonly name: string; readonly sha256: string };

/** Where a release lies: the folder's address, without a slash at its end. */
export const releaseHost = `https://github.com/livekit/livekit/releases/download/v${version}`;

/** Published archives by `platform arch` as Node names them. macOS and Windows on ARM are not built upstream. */
export const archives: Readonly<Record<string, Archive>> = {
  'linux x64': {
    name: `livekit_${version}_linux_amd64.tar.gz`,
    sha256: 'c020fac437b7cc9b776eef1ad5ea8af77be9acfa07602eca20a3a44930dfbc70',
  },
  'linux arm64': {
    name: `livekit_${version}_linux_arm64.tar.gz`,
    sha256: '332015305518765fe05bad74fc3a9d9583e635e7dd130de3c4fc563d69c550f3',
  },
  'linux arm': {
    name: `livekit_${version}_linux_armv7.tar.gz`,
    sha256: '6dceb15fec3b2b90a67615acff7f92a48a901408f31c74f3d290a7d4277f76bd',
  },
};

/**
 * Whether a version as printed by a binary may serve.
 * @param printed what `--version` wrote
 * @param choice `pinned` asks for the very version; `line` also takes a later correction of the same line (1.13.x),
 *   for binaries that a person chose or a package manager keeps
 */
export function fits(printed: string, choice: 'pinned' | 'line'): boolean {
  const found = /\bversion v?(\d+)\.(\d+)\.(\d+)\b/.exec(printed);
  if (!found) return false;
  const [major, minor, patch] = version.split('.').map(Number);
  if (Number(found[1]) !== major || Number(found[2]) !== minor) return false;
  return choice === 'pinned' ? Number(found[3]) === patch : Number(found[3]) >= (patch ?? 0);
}
