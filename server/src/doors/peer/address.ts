import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Ranges in which no counterpart is expected: loopback, private, link-local, shared, documentation, multicast … */
const PRIVATE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** Whether a node may connect to an address, and the lookup that a connection uses: once, and then no other. */
export type AddressGuard = { readonly allows: (address: string) => boolean; readonly lookup: LookupFunction };

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

const listOf = (ranges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList => {
  const list = new BlockList();
  for (const [network, prefix, family] of ranges) list.addSubnet(network, prefix, family);
  return list;
};

/**
 * Guards connections that a node makes because somebody else named the address. `allowed`: private ranges, in CIDR,
 * that are open all the same. Names under `.localhost` are 127.0.0.1 (RFC 6761 §6.3); the system does not know them.
 */
export const addressGuard = (allowed: readonly string[]): AddressGuard => {
  const closed = listOf(PRIVATE);
  const opened = listOf(
    allowed.map((range) => {
      const [network = '', prefix = ''] = range.split('/');
      return [network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4'] as const;
    }),
  );
  const allows = (given: string): boolean => {
    const address = MAPPED.exec(given)?.[1] ?? given;
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    return !closed.check(address, family) || opened.check(address, family);
  };
  const lookup: LookupFunction = (host, options, done) => {
    const found = (addresses: readonly { readonly address: string; readonly family: number }[]) => {
      const open = addresses.filter(({ address }) => allows(address));
      const first = open[0];
      if (!first) return done(new Error('peer.address: no address that may be reached'), []);
      if (options.all) return done(null, [...open]);
      return done(null, first.address, first.family);
    };
    if (host === 'localhost' || host.endsWith('.localhost')) return found([{ address: '127.0.0.1', family: 4 }]);
    systemLookup(host, { all: true }, (error, addresses) => (error ? done(error, []) : found(addresses)));
  };
  return { allows, lookup };
};
