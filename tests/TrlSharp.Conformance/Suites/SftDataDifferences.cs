using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Tokenization;

namespace TrlSharp.Conformance;

/// <summary>The rows that TRL's SFTTrainer gets wrong, as a page of Markdown: what it trains, what is trained here, and why.</summary>
public static partial class SftDataDifferences
{
    private const int Untrained = -100;
    private const int Shown = 110;

    /// <summary>One section per case with the verdict <c>wrong</c>, and one per case in which ours differs on purpose.</summary>
    public static string Write(string folder)
    {
        var page = new StringBuilder("Where the reference cases say that TRL is wrong. Trained text is in brackets; the rows are in `conformance/sft_data` of the reference material.\n\n| case | TRL trains | TrlSharp | why |\n|---|---|---|---|\n");
        foreach (var file in Directory.EnumerateFiles(folder, "cases_*.jsonl").Order(StringComparer.Ordinal))
            foreach (var row in RowSources.Open(file).Read())
                if (row.Value.Find("verdict")!.Find("status")!.Text == "wrong") page.Append(Line(folder, row.Value));
        page.Append("\nWhere TrlSharp differs on purpose although TRL's choice can be defended:\n\n| case | what is done here |\n|---|---|\n");
        foreach (var (name, reason) in SftDataSuite.OnPurpose.OrderBy(p => p.Key, StringComparer.Ordinal)) page.Append(CultureInfo.InvariantCulture, $"| {name} | {Cell(reason)} |\n");
        return page.ToString();
    }

    private static string Line(string folder, RowValue test)
    {
        var (ours, tokenizer, refusal) = SftDataSuite.Prepare(folder, test);
        var trl = test.Find("trl")!;
        var row = trl.Find("rows") is { Items.Count: > 0 } expected ? FirstDifference(expected, ours) : 0;
        var theirs = trl.Find("error") is { IsNull: false } error ? $"refused: {error.Find("message")?.Text ?? error.ToString()}"
            : trl.Find("rows") is not { Items.Count: > 0 } rows ? "no rows at all" : Trained(rows, row);
        var own = ours is null ? $"refused: {Message(refusal!)}" : ours.Count == 0 ? "no rows; said and counted" : $"{ours.Count} row{(ours.Count == 1 ? "" : "s")}: {Trained(ours[Math.Min(row, ours.Count - 1)], tokenizer!)}";
        return $"| {test.Find("name")!.Text} | {Cell(theirs)} | {Cell(own)} | {Cell(test.Find("verdict")!.Find("why")?.Text ?? "")} |\n";
    }

    /// <summary>The row in which the two part; the first where they have none in common.</summary>
    private static int FirstDifference(RowValue rows, List<PackedRow>? ours)
    {
        for (var i = 0; ours is not null && i < Math.Min(rows.Items.Count, ours.Count); i++)
        {
            var labels = rows.Items[i].Find("labels")!.Items.Select(l => (int)l.Integer != Untrained).ToArray();
            var weights = ours[i].Sequences.SelectMany(s => s.Weights).Select(w => w > 0).ToArray();
            if (!labels.Skip(1).SequenceEqual(weights.Skip(1))) return i;
        }

        return 0;
    }

    private static string Trained(RowValue rows, int row)
    {
        var text = string.Join(" ", rows.Items[row].Find("trained_text")?.Items.Select(t => $"[{t.Text}]") ?? []);
        return $"{rows.Items.Count} row{(rows.Items.Count == 1 ? "" : "s")}: {(text.Length == 0 ? "nothing trained" : text)}";
    }

    private static string Trained(PackedRow row, Tokenizer tokenizer)
    {
        var (tokens, weights) = (row.Sequences.SelectMany(s => s.Tokens).ToArray(), row.Sequences.SelectMany(s => s.Weights).ToArray());
        var text = new StringBuilder();
        for (var i = 0; i < tokens.Length;)
        {
            var end = i;
            while (end < tokens.Length && weights[end] > 0) end++;
            if (end > i) text.Append(text.Length > 0 ? " " : "").Append('[').Append(tokenizer.Decode(tokens.AsSpan(i, end - i))).Append(']');
            i = Math.Max(end, i + 1);
        }

        return text.Length == 0 ? "nothing trained" : text.ToString();
    }

    /// <summary>Without the name of the file that the suite wrote the rows to.</summary>
    private static string Message(string refusal) => RowFile().Replace(refusal, "row");

    [GeneratedRegex(@"[^\s(]*sft-data-\d+\.jsonl")]
    private static partial Regex RowFile();

    private static string Cell(string text)
    {
        text = string.Concat(text.ReplaceLineEndings("\n").Select(c => c switch { '\n' => "⏎", '|' => "\\|", '<' => "&lt;", _ => c.ToString() }));
        return text.Length <= Shown * 2 ? text : text[..Shown] + " … " + text[^Shown..];
    }
}
