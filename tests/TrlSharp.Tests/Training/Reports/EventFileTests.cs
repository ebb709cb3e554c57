using System.Buffers.Binary;
using System.Text;
using TrlSharp.Training;
using TrlSharp.Training.Reports;

namespace TrlSharp.Tests.Training.Reports;

public sealed class EventFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-events-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_checksum_is_the_masked_one_of_the_record_format() =>
        // CRC-32C("123456789") = 0xe3069283 (RFC 3720, B.4 has the polynomial), rotated right by 15, plus 0xa282ead8.
        Assert.Equal(unchecked(((0xe3069283u >> 15) | (0xe3069283u << 17)) + 0xa282ead8u), EventFile.MaskedChecksum("123456789"u8));

    [Fact]
    public void Records_hold_version_restart_and_scalars()
    {
        using (var file = new EventFile(_folder, firstStep: 300, TimeProvider.System))
            file.Add(new LogEntry { Step = 310, Epoch = 1, Values = [("loss", 0.5), ("eval_loss", 2)] });
        var records = Records(File.ReadAllBytes(Assert.Single(Directory.GetFiles(Path.Combine(_folder, "runs")))));
        Assert.Equal(3, records.Count);
        Assert.Equal("brain.Event:2", Encoding.ASCII.GetString(Field(records[0], 3)));
        Assert.Equal([8, 1], Field(records[1], 7)); // SessionLog { status: START }
        var values = Fields(Field(records[2], 5)).Select(v => (Encoding.UTF8.GetString(Field(v.Data, 1)), BinaryPrimitives.ReadSingleLittleEndian(Field(v.Data, 2)))).ToList();
        Assert.Equal([("train/loss", 0.5f), ("eval/loss", 2f)], values);
    }

    private static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(EventFile.MaskedChecksum(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(EventFile.MaskedChecksum(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            records.Add(data);
            at += 16 + length;
        }

        return records;
    }

    private static byte[] Field(byte[] message, int number) => Fields(message).Single(f => f.Number == number).Data;

    /// <summary>The wire format of protocol buffers, read by its specification.</summary>
    private static List<(int Number, byte[] Data)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            var tag = (int)Variable(message, ref at);
            var size = (tag & 7) switch { 1 => 8, 5 => 4, 2 => (int)Variable(message, ref at), _ => 0 };
            if ((tag & 7) == 0) Variable(message, ref at);
            fields.Add((tag >> 3, message[at..(at + size)]));
            at += size;
        }

        return fields;
    }

    private static ulong Variable(byte[] message, ref int at)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            value |= (ulong)(message[at] & 0x7f) << shift;
            if ((message[at++] & 0x80) == 0) return value;
        }
    }
}
