/** What a new configuration needs to be told. */
export type SampleOptions = {
  readonly name: string;
  readonly seats: string;
  readonly peer: string;
  /** Address of the SFU. */
  readonly sfu: string;
  readonly plain: boolean;
};

const portOf = (origin: string): number => {
  const { port, protocol } = new URL(origin);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
};

/** A commented configuration for a new node. */
export const sampleConfig = ({ name, seats, peer, sfu, plain }: SampleOptions): string => {
  const address = plain ? '127.0.0.1' : '::';
  return `// The node of a delegation. Every setting is described in server/config.schema.json; paths are relative to this file.
// After a change, start the node anew.
{
  // The delegation, as others are to read it.
  "name": ${JSON.stringify(name)},

  // Everything that the node keeps (parley backup copies it); no issuing key is in it.
  "folder": "data",
  // The issuing key, with which this node signs. Keep it out of backups.
  "identity": "identity",

  // The door for your own people. "origin" is what stands in their browsers; it listens on "address" and "port".
  "seats": { "origin": ${JSON.stringify(seats)}, "address": ${JSON.stringify(address)}, "port": ${portOf(seats)} },

  // The door for the nodes of counterparts.
  "peer": { "origin": ${JSON.stringify(peer)}, "address": ${JSON.stringify(address)}, "port": ${portOf(peer)} },
${
  plain
    ? `
  // Plain HTTP, to try it out on one machine. Never between machines.
  "plain": true,
  "privateRanges": ["127.0.0.0/8"],
`
    : `
  // Certificate chain and key of both doors, in PEM; or null where a proxy in front of them speaks TLS.
  "tls": { "certificate": "tls/chain.pem", "key": "tls/key.pem" },

  // Counterparts in private address ranges are not called, unless their range stands here (as "10.1.0.0/16").
  "privateRanges": [],
`
}
  // livekit-server, which forwards your media and is trusted with nothing: the address that your devices and those of
  // counterparts reach it by, the TCP port of its signalling, the UDP port of media. null: a free port at every start.
  "sfu": { "address": ${JSON.stringify(sfu)}, "port": ${plain ? 'null' : '7880'}, "mediaPort": ${plain ? 'null' : '7882'} },

  // Your own relay (coturn), over which alone your devices reach the media servers of counterparts: these then see its
  // address and no other. docs/run-a-node.md says how to set it up. null: your devices send to those servers directly.
  "relay": null
}
`;
};
