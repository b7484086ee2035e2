import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A machine of its own: a network namespace, with its own addresses, routes and names. */
export type Host = {
  /** What a command is given to, to run there. */
  readonly inside: readonly string[];
  /** A program that runs another one there, for whoever takes a path only. */
  readonly wrap: (program: string, folder: string) => string;
};

/** A delegation's two machines: its server, reachable for others, and a device that reaches this server alone. */
export type Premises = {
  readonly server: Host;
  readonly device: Host;
  /** The server's address. */
  readonly address: string;
  /** Its second one, for the relay: `relay.` before the server's name. */
  readonly relay: string;
  /** Makes one more device, which reaches nothing but a proxy. */
  readonly behindProxy: () => Promise<Proxied>;
  /** Packets that the device sent to anybody but its own server; they went nowhere. */
  readonly strayed: () => Promise<number>;
};

/** A device with one cable, to the machine of a proxy: no other route, and no names. */
export type Proxied = {
  readonly device: Host;
  /** The machine of the proxy, which itself reaches the server of these premises alone. */
  readonly proxy: Host;
  /** The proxy's address, as the device sees it. */
  readonly address: string;
};

/** Several premises, joined by one network between their servers. */
export type Country = {
  readonly premises: readonly Premises[];
  readonly close: () => Promise<void>;
};

/** Why this machine can make no hosts of its own; null where it can. */
export const whyNoHosts = async (): Promise<string | null> => {
  if (process.getuid?.() !== 0) return 'only root makes network namespaces';
  const name = `parley-try-${process.pid}`;
  try {
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['-n', name, 'link', 'add', 'bridge', 'type', 'bridge']);
    await run('ip', ['-n', name, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'other']);
    return null;
  } catch (error) {
    return `this machine makes no network namespaces: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
  } finally {
    await run('ip', ['netns', 'del', name]).catch(() => undefined);
  }
};

/**
 * Makes one server and one device for each name. Servers see each other at 11.1.0.n; what a device sends elsewhere than
 * to its own server goes into an interface that leads nowhere, and is counted there.
 * @param names host names, one for each server, which all machines know
 */
export const openCountry = async (names: readonly string[]): Promise<Country> => {
  const id = `p${process.pid}`;
  const made: string[] = [];
  const ip = (...words: readonly string[]) => run('ip', [...words]);
  const addressOf = (n: number) => `11.1.0.${n + 1}`;
  const relayOf = (n: number) => `11.1.0.${n + 101}`;
  const everybody = names.flatMap((name, n) => [`${addressOf(n)} ${name}`, `${relayOf(n)} relay.${name}`]);
  const etcOf = (name: string) => join('/etc/netns', name);

  const machine = async (name: string, known = everybody): Promise<Host> => {
    await ip('netns', 'add', name);
    made.push(name);
    mkdirSync(etcOf(name), { recursive: true });
    writeFileSync(join(etcOf(name), 'hosts'), ['127.0.0.1 localhost', ...known, ''].join('\n'));
    writeFileSync(join(etcOf(name), 'resolv.conf'), 'nameserver 127.0.0.1\n');
    const inside = ['ip', 'netns', 'exec', name];
    await run('ip', ['netns', 'exec', name, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6']);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    return {
      inside,
      wrap: (program, folder) => {
        const path = join(folder, name);
        writeFileSync(path, `#!/bin/sh\nexec ${inside.join(' ')} ${program} "$@"\n`);
        chmodSync(path, 0o755);
        return path;
      },
    };
  };
  const between = `${id}-net`;
  /** Joins two machines by a cable; each end gets its name and address. */
  const cable = async (
    from: readonly [string, string, string | null],
    to: readonly [string, string, string | null],
  ) => {
    const [[a, aName, aAddress], [b, bName, bAddress]] = [from, to];
    await ip('-n', a, 'link', 'add', aName, 'type', 'veth', 'peer', 'name', bName, 'netns', b);
    for (const [name, link, address] of [
      [a, aName, aAddress],
      [b, bName, bAddress],
    ] as const) {
      if (address) await ip('-n', name, 'address', 'add', address, 'dev', link);
      await ip('-n', name, 'link', 'set', link, 'up');
    }
  };

  const behindProxy = async (n: number): Promise<Proxied> => {
    const [serverName, proxyName, deviceName] = [`${id}-s${n}`, `${id}-x${n}`, `${id}-q${n}`];
    const [proxy, device] = [await machine(proxyName), await machine(deviceName, [])];
    const address = `10.${n + 101}.0.1`;
    await cable([deviceName, 'home', `10.${n + 101}.0.2/24`], [proxyName, 'home', `${address}/24`]);
    await cable([proxyName, 'net', `10.${n + 201}.0.2/24`], [serverName, 'proxy', `10.${n + 201}.0.1/24`]);
    for (const own of [addressOf(n), relayOf(n)])
      await ip('-n', proxyName, 'route', 'add', `${own}/32`, 'via', `10.${n + 201}.0.1`);
    return { device, proxy, address };
  };

  const premises: Premises[] = [];
  const close = async () => {
    for (const name of made) {
      await ip('netns', 'del', name).catch(() => undefined);
      rmSync(etcOf(name), { recursive: true, force: true });
    }
  };
  const build = async () => {
    await machine(between);
    await ip('-n', between, 'link', 'add', 'bridge', 'type', 'bridge');
    await ip('-n', between, 'link', 'set', 'bridge', 'up');
    for (const n of names.keys()) {
      const [serverName, deviceName] = [`${id}-s${n}`, `${id}-d${n}`];
      const [server, device] = [await machine(serverName), await machine(deviceName)];
      await cable([serverName, 'net', `${addressOf(n)}/24`], [between, `to${n}`, null]);
      await ip('-n', serverName, 'address', 'add', `${relayOf(n)}/24`, 'dev', 'net');
      await ip('-n', between, 'link', 'set', `to${n}`, 'master', 'bridge');
      await cable([deviceName, 'home', `10.${n + 1}.0.2/24`], [serverName, 'home', `10.${n + 1}.0.1/24`]);
      await cable([deviceName, 'nowhere', null], [between, `lost${n}`, null]);
      await ip('-n', deviceName, 'link', 'set', 'nowhere', 'arp', 'off'); // nobody would answer
      for (const address of [addressOf(n), relayOf(n)])
        await ip('-n', deviceName, 'route', 'add', `${address}/32`, 'via', `10.${n + 1}.0.1`);
      // Names under .local are asked of everybody on one's own cable; that is no stranger.
      await ip('-n', deviceName, 'route', 'add', '224.0.0.0/4', 'dev', 'home');
      await ip('-n', deviceName, 'route', 'add', 'default', 'dev', 'nowhere');
      premises.push({
        server,
        device,
        address: addressOf(n),
        relay: relayOf(n),
        behindProxy: () => behindProxy(n),
        strayed: async () => {
          const { stdout } = await ip('-n', deviceName, '-json', '-stats', 'link', 'show', 'nowhere');
          const [link]: readonly { readonly stats64: { readonly tx: { readonly packets: number } } }[] =
            JSON.parse(stdout);
          if (!link) throw new Error('the interface is gone');
          return link.stats64.tx.packets;
        },
      });
    }
  };
  try {
    await build();
  } catch (error) {
    await close();
    throw error;
  }
  return { premises, close };
};
