using TrlSharp.Checkpoints;

namespace TrlSharp.Tests.Training.Checkpoints;

/// <summary>The machine's file system until a given operation, which fails as a full or broken disk does: a write after half of its bytes.</summary>
/// <param name="failing">Number of the operation that fails, counted from 0; it and all after it, or it alone.</param>
/// <param name="code">ENOSPC 28, EIO 5.</param>
/// <param name="once">Whether the operations after it succeed.</param>
internal sealed class FaultyDisk(int failing, int code, bool once = false) : IDisk
{
    private int _done;

    public int Operations => _done;

    public void CreateFolder(string path)
    {
        Check();
        Disk.Instance.CreateFolder(path);
    }

    public Stream Create(string path, long size = 0)
    {
        Check();
        return new FaultyStream(Disk.Instance.Create(path, size), this);
    }

    public void Flush(Stream file)
    {
        Check();
        Disk.Instance.Flush(((FaultyStream)file).Inner);
    }

    public void FlushFolder(string path)
    {
        Check();
        Disk.Instance.FlushFolder(path);
    }

    public void MoveFolder(string from, string to)
    {
        Check();
        Disk.Instance.MoveFolder(from, to);
    }

    public void MoveFile(string from, string to)
    {
        Check();
        Disk.Instance.MoveFile(from, to);
    }

    public void DeleteFolder(string path)
    {
        Check();
        Disk.Instance.DeleteFolder(path);
    }

    private bool Fails() => Interlocked.Increment(ref _done) is var done && (once ? done == failing + 1 : done > failing);

    private IOException Fault() => new(code == 28 ? "No space left on device" : "Input/output error", code);

    private void Check()
    {
        if (Fails()) throw Fault();
    }

    private sealed class FaultyStream(Stream inner, FaultyDisk disk) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!disk.Fails())
            {
                inner.Write(buffer);
                return;
            }

            inner.Write(buffer[..(buffer.Length / 2)]);
            throw disk.Fault();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
