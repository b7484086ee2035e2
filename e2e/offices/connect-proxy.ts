/**
 * A proxy that opens tunnels (HTTP CONNECT, RFC 9110 §9.3.6) to the places that it is told, and to no other. A program
 * of its own, because it runs on a machine of its own: `node connect-proxy.ts ADDRESS PORT HOST:PORT …`. It says one line
 * for every tunnel: `opened HOST:PORT` or `refused HOST:PORT`.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';

const [address = '', port = '', ...allowed] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

const proxy = createServer((request, response) => {
  say(`refused ${request.url ?? ''}`);
  response.writeHead(403).end();
});
proxy.on('connect', (request, client, head) => {
  const target = request.url ?? '';
  client.on('error', () => client.destroy());
  if (!allowed.includes(target)) {
    say(`refused ${target}`);
    client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  const { hostname, port: there } = new URL(`connect://${target}`);
  const server = connect({ host: hostname, port: Number(there), noDelay: true }, () => {
    say(`opened ${target}`);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.write(head);
    client.pipe(server).pipe(client);
  });
  server.on('error', () => client.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
});
proxy.listen(Number(port), address, () => say('listens'));
