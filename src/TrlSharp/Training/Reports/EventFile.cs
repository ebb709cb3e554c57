using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace TrlSharp.Training.Reports;

/// <summary>
/// An event file of TensorBoard (tensorflow/core/util/event.proto and framework/summary.proto, in the record format of tensorflow/core/lib/io/record_writer): every metric is a scalar under the tag
/// that transformers gives it, <c>train/loss</c>, <c>eval/loss</c>.
/// </summary>
internal sealed class EventFile : ILogSink
{
    private const string EvaluationPrefix = "eval_";
    private const uint MaskDelta = 0xa282ead8;
    private const byte WallTime = (1 << 3) | 1;
    private const byte Step = 2 << 3;
    private const byte FileVersion = (3 << 3) | 2;
    private const byte Summary = (5 << 3) | 2;
    private const byte SessionLog = (7 << 3) | 2;
    private const byte Start = 1;
    private readonly FileStream _file;
    private readonly TimeProvider _clock;

    /// <param name="folder">The run's folder; the file goes to <c>runs</c> in it.</param>
    /// <param name="firstStep">Updates already done: what an earlier file says about later ones is taken back.</param>
    /// <param name="clock">Time stamps, also in the file's name.</param>
    public EventFile(string folder, int firstStep, TimeProvider clock)
    {
        _clock = clock;
        var runs = Directory.CreateDirectory(Path.Combine(folder, "runs")).FullName;
        _file = new(Path.Combine(runs, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{clock.GetUtcNow().ToUnixTimeMilliseconds()}.trlsharp")), FileMode.Create, FileAccess.Write, FileShare.Read);
        Write(Event(0, FileVersion, Encoding.ASCII.GetBytes("brain.Event:2")));
        if (firstStep > 0) Write(Event(firstStep, SessionLog, [1 << 3, Start]));
    }

    public void Add(LogEntry entry)
    {
        var summary = new List<byte>();
        foreach (var (name, value) in entry.Values.Concat(entry.Machine))
        {
            var tag = name.StartsWith(EvaluationPrefix, StringComparison.Ordinal) ? "eval/" + name[EvaluationPrefix.Length..] : "train/" + name;
            var scalar = new byte[5];
            scalar[0] = (2 << 3) | 5; // simple_value
            BinaryPrimitives.WriteSingleLittleEndian(scalar.AsSpan(1), (float)value);
            AddField(summary, (1 << 3) | 2, [.. Field((1 << 3) | 2, Encoding.UTF8.GetBytes(tag)), .. scalar]);
        }

        Write(Event(entry.Step, Summary, [.. summary]));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    /// <summary>CRC-32C (Castagnoli), rotated and shifted as in the record format, so that a checksum of data with checksums in it is still a good one.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        var sum = uint.MaxValue;
        foreach (var value in data) sum = BitOperations.Crc32C(sum, value);
        return BitOperations.RotateRight(~sum, 15) + MaskDelta;
    }

    private byte[] Event(int step, byte tag, byte[] content)
    {
        var time = new byte[9];
        time[0] = WallTime;
        BinaryPrimitives.WriteDoubleLittleEndian(time.AsSpan(1), _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        var message = new List<byte>(time) { Step };
        AddVariable(message, (ulong)step);
        AddField(message, tag, content);
        return [.. message];
    }

    private void Write(byte[] data)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedChecksum(head[..8]));
        Span<byte> tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedChecksum(data));
        _file.Write(head);
        _file.Write(data);
        _file.Write(tail);
    }

    private static List<byte> Field(byte tag, byte[] content)
    {
        var field = new List<byte>();
        AddField(field, tag, content);
        return field;
    }

    private static void AddField(List<byte> message, byte tag, byte[] content)
    {
        message.Add(tag);
        AddVariable(message, (ulong)content.Length);
        message.AddRange(content);
    }

    /// <summary>Seven bits a byte, the lowest first.</summary>
    private static void AddVariable(List<byte> message, ulong value)
    {
        for (; value > 0x7f; value >>= 7) message.Add((byte)(value | 0x80));
        message.Add((byte)value);
    }
}
