using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>
/// The audit of a prepared data set: one JSON document whose bytes depend on nothing but its inputs, one line per example, so that two runs can be
/// compared with any tool.
/// </summary>
public sealed class MaskAudit : IDisposable
{
    private readonly TextWriter _writer;
    private readonly MaskStatistics _statistics = new();
    private bool _first = true;

    /// <summary>Begins an audit.</summary>
    /// <param name="writer">Receives it; line ends are \n whatever the platform.</param>
    /// <param name="header">What the examples are made of.</param>
    public MaskAudit(TextWriter writer, AuditHeader header)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(header);
        _writer = writer;
        var fields = RowValue.MapOf(
            ("version", RowValue.Of(header.Version)),
            ("template", RowValue.Of(header.TemplateHash)),
            ("tokenizer", RowValue.Of(header.TokenizerHash)),
            ("data", RowValue.Of(header.DataHash)),
            ("policy", header.Policy),
            ("policy_hash", RowValue.Of(Sha256(Encoding.UTF8.GetBytes(header.Policy.ToString())))),
            ("clock", header.Now is { } now ? RowValue.Of(now.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)) : RowValue.Null));
        _writer.Write($"{{\"header\":{fields},\n\"examples\":[");
    }

    /// <summary>Writes a row's examples, or why it has none.</summary>
    public void Add(RowOrigin origin, BuildResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _statistics.Add(origin, result);
        Lines(origin, result);
    }

    private void Lines(RowOrigin origin, BuildResult result)
    {
        for (var i = 0; i < result.Sequences.Count; i++) Line(Example(result.Sequences[i], result.Explanations[i]));
        foreach (var left in result.LeftOut) Line(RowValue.MapOf(("row", RowValue.Of(origin.ToString())), ("left_out", RowValue.Of(left.Fault.Code())), ("why", RowValue.Of(left.Text))));
    }

    /// <summary>Writes a refused row.</summary>
    public void Add(MaskException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        _statistics.Add(refusal);
        Line(RowValue.MapOf(("row", RowValue.Of(refusal.Origin.ToString())), ("refused", RowValue.Of(refusal.Fault.Code()))));
    }

    /// <summary>Writes whatever became of a row.</summary>
    public void Add(SurveyedRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Fault is MaskException refusal)
        {
            Add(refusal);
            return;
        }

        _statistics.Add(row);
        foreach (var result in row.Results) Lines(row.Row!.Origin, result);
        if (row.Fault is { } fault)
            Line(RowValue.MapOf(("row", RowValue.Of(row.Name)), ("refused", RowValue.Of(row.FaultCode)), ("why", RowValue.Of(fault.Message))));
    }

    /// <summary>SHA-256 over the rows of a data set as they are read, whatever its compression and line ends.</summary>
    public static string Sha256(IRowSource rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (row, fault) in Refusals.Interleave(rows))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(row?.Value.ToString() ?? fault!.Message));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the totals and ends the document; the writer stays open.</summary>
    public void Dispose()
    {
        var s = _statistics;
        var totals = RowValue.MapOf(
            ("rows", Whole(s.Rows)), ("rows_trained", Whole(s.RowsTrained)), ("rows_split", Whole(s.RowsSplit)), ("examples", Whole(s.Sequences)),
            ("tokens", Whole(s.Tokens)), ("trained_tokens", Whole(s.TrainedTokens)), ("weight", RowValue.Of(s.Weight)),
            ("dropped", Counts(s.Dropped)), ("refused", Counts(s.Refused)), ("unreadable", Whole(s.Unreadable)), ("findings", Counts(s.Findings)));
        _writer.Write($"\n],\n\"totals\":{totals}}}\n");
        _writer.Flush();
    }

    /// <summary>The differences between two audits, row by row; empty when they agree in every byte.</summary>
    /// <param name="first">One audit.</param>
    /// <param name="second">Another.</param>
    /// <param name="limit">At most so many are told.</param>
    public static IReadOnlyList<string> Compare(TextReader first, TextReader second, int limit = 20)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (AuditLines.Read(first), AuditLines.Read(second));
        var differences = new List<string>();
        foreach (var (key, line) in a)
        {
            if (!b.TryGetValue(key, out var other)) differences.Add($"{key}: only in the first");
            else if (line != other) differences.Add($"{key}: {AuditLines.Describe(line, other)}");
        }

        differences.AddRange(b.Keys.Where(k => !a.ContainsKey(k)).Select(k => $"{k}: only in the second"));
        return differences.Count <= limit ? differences : [.. differences.Take(limit), $"… and {differences.Count - limit} more"];
    }

    /// <summary>Lower-case hex SHA-256.</summary>
    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static RowValue Example(TokenSequence sequence, TokenExplanation e)
    {
        var offsets = new Utf8Offsets(e.Example.Text);
        var spans = e.Example.Weights.Select(w => RowValue.List(
            Whole(offsets[w.Start]), Whole(offsets[w.End]), RowValue.Of((double)w.Weight), Whole(w.Message), RowValue.Of(MaskSourceText.Channel(w.Channel)), RowValue.Of(w.Reason)));
        return RowValue.MapOf(
            ("row", RowValue.Of(sequence.Origin.ToString())),
            ("part", Whole(sequence.Part)),
            ("turns", RowValue.List([.. e.Example.TrainedMessages.Select(m => Whole(m))])),
            ("mode", e.Example.Mode),
            ("spans", RowValue.List([.. spans])),
            ("flags", RowValue.List([.. e.Example.Findings.Select(f => f.Fault.Code()).Distinct().Select(RowValue.Of)])),
            ("tokens", Whole(sequence.Length)),
            ("weight", RowValue.Of(sequence.TargetWeight)),
            ("ids_hash", RowValue.Of(HashIds(sequence.Tokens))),
            ("weights_hash", RowValue.Of(HashWeights(sequence.Weights))));
    }

    private static string HashIds(int[] ids)
    {
        var bytes = new byte[ids.Length * 4];
        for (var i = 0; i < ids.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), ids[i]);
        return Sha256(bytes);
    }

    private static string HashWeights(float[] weights)
    {
        var bytes = new byte[weights.Length * 4];
        for (var i = 0; i < weights.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), weights[i]);
        return Sha256(bytes);
    }

    private static RowValue Counts(IReadOnlyList<FaultCount> counts) => RowValue.MapOf([.. counts.Select(c => (c.Fault.Code(), Whole(c.Count)))]);

    private static RowValue Whole(long value) => RowValue.Of(new BigInteger(value));

    private void Line(RowValue value)
    {
        _writer.Write(_first ? "\n" : ",\n");
        _writer.Write(value.ToString());
        _first = false;
    }
}
