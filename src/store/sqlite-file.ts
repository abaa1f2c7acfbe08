/**
 * The file under a SQLite store: where it may lie, and who may read it. SQLite's write-ahead log needs memory
 * shared between the processes of one machine, so a network file system is refused where it can be told.
 */
import { closeSync, existsSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ZonewardError } from '../base/errors.ts';

/** `f_type` of Linux's statfs(2). */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x564c, 'NCP'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
]);
const FUSE = 0x65735546;
const NETWORK_FUSE = /^fuse\.(sshfs|s3fs|gcsfuse|rclone|glusterfs|cephfs|davfs|smbnetfs|mfs)/;

/** Makes the file, readable by its owner alone, unless it is there. Throws for a place that cannot hold a store. */
export function prepareSqliteFile(path: string): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) {
    throw new ZonewardError(`The folder for the store does not exist: ${folder}`, {
      code: 'store-folder-missing',
      kind: 'input',
      next: [`mkdir -p ${folder}`],
    });
  }
  const network = networkFileSystem(folder);
  if (network !== null) {
    throw new ZonewardError(`The store cannot lie on a network file system (${network}): ${folder}`, {
      code: 'store-on-network',
      kind: 'input',
      next: ['Put the store on a local disk.'],
    });
  }
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new ZonewardError(`The store's file cannot be opened for writing: ${path}`, {
      code: 'store-not-writable',
      kind: 'input',
      next: ['Check the path, and that you may write to the file and its folder.'],
      cause,
    });
  }
}

/** The name of the network file system under `folder`; null for a local one, or where it cannot be told. */
export function networkFileSystem(folder: string): string | null {
  if (process.platform !== 'linux') return null;
  const type = statfsSync(folder).type >>> 0;
  const name = NETWORK_FILE_SYSTEMS.get(type);
  if (name !== undefined) return name;
  return type === FUSE ? networkFuse(folder, readFileSync('/proc/self/mounts', 'utf8')) : null;
}

/** FUSE has local and remote file systems: the mount that holds the folder tells which. */
export function networkFuse(folder: string, mounts: string): string | null {
  let best = { point: '', type: '' };
  for (const line of mounts.split('\n')) {
    const [, point = '', type = ''] = line.split(' ');
    const holds = point === '/' || folder === point || folder.startsWith(`${point}/`);
    if (point !== '' && holds && point.length >= best.point.length) best = { point, type };
  }
  return NETWORK_FUSE.test(best.type) ? best.type : null;
}
