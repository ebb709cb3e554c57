using System.Buffers.Binary;
using System.Text;

namespace TrlSharp.Tokenization.Files;

/// <summary>What <c>tokenizer.model</c> holds: a protocol buffer, sentencepiece_model.proto of github.com/google/sentencepiece.</summary>
internal sealed class SentencePieceModel
{
    public const string Name = "tokenizer.model";

    private const int ControlType = 3;
    private const int UserDefinedType = 4;

    public List<(string Piece, float Score, int Type)> Pieces { get; } = [];

    /// <summary>1 Unigram, 2 BPE; 3 (word) and 4 (char) occur in no language model.</summary>
    public int ModelType { get; private set; } = 1;

    public bool ByteFallback { get; private set; }

    public int UnknownId { get; private set; }

    public bool AddDummyPrefix { get; private set; } = true;

    public byte[] CharsMap { get; private set; } = [];

    /// <summary>Control and user-defined pieces: (id, piece, whether control).</summary>
    public IEnumerable<(int Id, string Piece, bool Control)> Symbols =>
        Pieces.Select((piece, id) => (id, piece.Piece, piece.Type)).Where(piece => piece.Type is ControlType or UserDefinedType).Select(piece => (piece.id, piece.Piece, piece.Type == ControlType));

    public static SentencePieceModel Parse(ReadOnlySpan<byte> bytes)
    {
        var model = new SentencePieceModel();
        foreach (var (field, value) in Fields(bytes))
        {
            if (field == 1) model.Pieces.Add(ParsePiece(bytes[value]));
            if (field == 2) model.ReadTrainer(bytes[value]);
            if (field == 3) model.ReadNormalizer(bytes[value]);
        }

        return model.Pieces.Count > 0 ? model : throw Damaged("it has no pieces");
    }

    private static (string Piece, float Score, int Type) ParsePiece(ReadOnlySpan<byte> bytes)
    {
        var (piece, score, type) = ("", 0f, 1);
        foreach (var (field, value) in Fields(bytes))
        {
            if (field == 1) piece = Text(bytes[value]);
            if (field == 2) score = Length(value) == 4 ? BinaryPrimitives.ReadSingleLittleEndian(bytes[value]) : throw Damaged("a score is no float");
            if (field == 3) type = Integer(bytes[value]);
        }

        return (piece, score, type);
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes)
    {
        foreach (var (field, value) in Fields(bytes))
        {
            if (field == 3) ModelType = Integer(bytes[value]);
            if (field == 35) ByteFallback = Integer(bytes[value]) != 0;
            if (field == 40) UnknownId = Integer(bytes[value]);
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes)
    {
        foreach (var (field, value) in Fields(bytes))
        {
            if (field == 2) CharsMap = bytes[value].ToArray();
            if (field == 3) AddDummyPrefix = Integer(bytes[value]) != 0;
        }
    }

    /// <summary>The fields of a message: number and where the value is (a varint's bytes, four or eight bytes, or a length-delimited content).</summary>
    private static List<(int Field, Range Value)> Fields(ReadOnlySpan<byte> bytes)
    {
        var fields = new List<(int, Range)>();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes, ref at);
            var start = at;
            switch (tag & 7)
            {
                case 0: Varint(bytes, ref at); break;
                case 1: at += 8; break;
                case 2:
                    var length = Varint(bytes, ref at);
                    start = at;
                    at = length <= (ulong)(bytes.Length - at) ? at + (int)length : throw Damaged("a field is longer than the file");
                    break;
                case 5: at += 4; break;
                default: throw Damaged("a field has an unknown wire type");
            }

            if (at > bytes.Length) throw Damaged("it ends in the middle of a field");
            fields.Add(((int)Math.Min(tag >> 3, int.MaxValue), start..at));
        }

        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= bytes.Length) throw Damaged("it ends in the middle of a number");
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw Damaged("a number has more than 64 bits");
    }

    private static int Integer(ReadOnlySpan<byte> varint)
    {
        var at = 0;
        return (int)(long)Varint(varint, ref at);
    }

    private static int Length(Range range) => range.End.Value - range.Start.Value;

    private static string Text(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Damaged("a piece is not UTF-8");

    private static ModelFolderException Damaged(string how) => new($"{Name} is damaged: {how}. Download it again.");
}
