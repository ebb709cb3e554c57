using System.Text;
using TrlSharp.Packing;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Conformance;

/// <summary>
/// What TRL's SFTTrainer makes of rows. Right verdicts must be reproduced (errors: refused too). Surprising ones must be reproduced, or be what the case
/// calls ideal, where TRL errs either. Wrong ones must be the ideal, or, where none is given, refused or at least different from TRL's.
/// </summary>
internal static class SftDataSuite
{
    public static IEnumerable<CaseResult> Run(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "cases_*.jsonl").Order(StringComparer.Ordinal))
            foreach (var row in RowSources.Open(file).Read())
                yield return Case(folder, row.Value);
        var packing = Path.Combine(folder, "packing.jsonl");
        if (!File.Exists(packing)) yield break;
        foreach (var row in RowSources.Open(packing).Read()) yield return Packing(row.Value);
    }

    private static CaseResult Case(string folder, RowValue test)
    {
        var name = test.Find("name")!.Text;
        var (ours, refusal) = Prepare(folder, test);
        var trl = test.Find("trl")!;
        var expected = trl.Find("rows");
        var ideal = test.Find("ideal")?.Find("rows");
        var status = test.Find("verdict")!.Find("status")!.Text;
        return status switch
        {
            "right" when expected is null => Result(name, refusal is not null, "TRL refuses this; ours does not."),
            "right" => Result(name, Equal(ours, expected), Difference(ours, refusal, expected)),
            "surprising" when expected is null => Result(name, refusal is not null || ideal is null || Equal(ours, ideal), Difference(ours, refusal, ideal)),
            "surprising" => Result(name, Equal(ours, expected) || (ideal is not null && Equal(ours, ideal)), Difference(ours, refusal, expected)),
            _ when ideal is not null => Result(name, Equal(ours, ideal), Difference(ours, refusal, ideal)),
            _ => Result(name, refusal is not null || expected is null || !Equal(ours, expected), "TRL's result is wrong, and ours is the same."),
        };
    }

    private static CaseResult Result(string name, bool equal, string detail) => equal ? CaseResult.Pass(name) : CaseResult.Fail(name, detail);

    private static (List<PackedRow>? Rows, string? Refusal) Prepare(string folder, RowValue test)
    {
        var data = Path.Combine(Path.GetTempPath(), $"sft-data-{Environment.ProcessId}.jsonl");
        try
        {
            File.WriteAllLines(data, test.Find("rows")!.Items.Select(r => r.ToString()), new UTF8Encoding(false));
            var config = RowValue.Parse(test.Find("config")!.ToString().Replace("$TEMPLATES", Path.Combine(folder, "templates"), StringComparison.Ordinal));
            var settings = TrlDataSettings.Read(config);
            var tokenizer = Tokenizer(Path.Combine(folder, "tokenizers", test.Find("tokenizer")!.Text), test.Find("tokenizer_overrides"));
            var template = settings.ChatTemplatePath ?? (test.Find("template") is { IsNull: false } file ? Path.Combine(folder, "templates", file.Text + ".jinja") : null);
            var parsed = template is null ? null : ChatTemplate.Parse(File.ReadAllText(template), Path.GetFileName(template), tokenizer.SpecialTokens);
            var sequences = new TrlSequences(settings, parsed, tokenizer);
            var preparation = new DataPreparation(new() { Sources = [new() { Location = data, Reader = sequences.Reader }], MostDropped = 1, Threads = 1 }, sequences.Build);
            var rows = sequences.Packing is { } packing ? preparation.Rows(packing) : preparation.Sequences().Select(s => new PackedRow([s]));
            return ([.. rows], null);
        }
        catch (TrlSharpException e)
        {
            return (null, e.Message);
        }
        finally
        {
            File.Delete(data);
        }
    }

    private static Tokenizer Tokenizer(string folder, RowValue? overrides)
    {
        var config = RowValue.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer_config.json")));
        foreach (var (key, value) in overrides?.Fields ?? []) config = config.With(key, value);
        return TrlSharp.Tokenization.Tokenizer.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")), Encoding.UTF8.GetBytes(config.ToString()));
    }

    private static bool Equal(List<PackedRow>? ours, RowValue expected) => Difference(ours, null, expected).Length == 0;

    private static string Difference(List<PackedRow>? ours, string? refusal, RowValue? expected)
    {
        if (ours is null) return $"ours refuses: {refusal}";
        if (expected is null) return "";
        var rows = expected.Items;
        // A row in which no token after the first is trained has no target; ours leaves it out.
        if (ours.Count < rows.Count) rows = [.. rows.Where(r => Integers(r.Find("labels")!).Skip(1).Any(label => label != -100))];
        if (ours.Count != rows.Count) return $"{ours.Count} rows, expected {rows.Count}.";
        return ours.Zip(rows).Select((pair, i) => RowDifference(pair.First, pair.Second) is { } text ? $"row {i}: {text}" : null).FirstOrDefault(t => t is not null) ?? "";
    }

    /// <summary>
    /// The first difference. The label of a sequence's first token is not compared: nothing predicts it, TRL's collator masks it later, ours has no
    /// weight there.
    /// </summary>
    private static string? RowDifference(PackedRow ours, RowValue expected)
    {
        var ids = Integers(expected.Find("input_ids")!);
        var labels = Integers(expected.Find("labels")!);
        var tokens = ours.Sequences.SelectMany(s => s.Tokens).ToArray();
        var at = tokens.AsSpan().CommonPrefixLength(ids);
        if (at < tokens.Length || at < ids.Length)
            return $"id {at} of {tokens.Length} is {(at < tokens.Length ? tokens[at] : "absent")}, expected {(at < ids.Length ? ids[at] : "none")} of {ids.Length}.";
        if (expected.Find("seq_lengths") is { IsNull: false } lengths && !Integers(lengths).SequenceEqual(ours.Sequences.Select(s => s.Length))) return "the sequence lengths differ.";
        var position = 0;
        foreach (var sequence in ours.Sequences)
        {
            for (var i = 0; i < sequence.Length; i++, position++)
                if (i > 0 && (sequence.Weights[i] > 0) != (labels[position] != -100))
                    return $"token {position} ({tokens[position]}) is {(sequence.Weights[i] > 0 ? "" : "not ")}trained, expected otherwise.";
        }

        return null;
    }

    private static CaseResult Packing(RowValue test)
    {
        var strategy = test.Find("strategy")!.Text switch
        {
            "bfd" => PackingStrategy.Bfd,
            "bfd_split" => PackingStrategy.BfdSplit,
            _ => PackingStrategy.Wrapped,
        };
        var name = test.Find("name")!.Text;
        var lengths = Integers(test.Find("lengths")!);
        var capacity = (int)test.Find("max_length")!.Integer;
        var plan = PackingPlan.Create(lengths, capacity, strategy);
        var expected = test.Find("result")!.Find("bins")!.Items;
        if (plan.Count != expected.Count) return CaseResult.Fail(name, $"{plan.Count} rows, expected {expected.Count}.");
        for (var row = 0; row < plan.Count; row++)
        {
            var pieces = plan.Row(row).ToArray().SelectMany(p => new[] { p.Sequence, p.Start, p.Length });
            if (!pieces.SequenceEqual(expected[row].Items.SelectMany(Integers))) return CaseResult.Fail(name, $"row {row} differs.");
        }

        if (strategy != PackingStrategy.Bfd) return CaseResult.Pass(name);
        var best = PackingPlan.Create([.. lengths.Select(l => Math.Min(l, capacity))], capacity, PackingStrategy.BestFit);
        return best.Count <= plan.Count ? CaseResult.Pass(name) : CaseResult.Fail(name, $"best_fit needs {best.Count} rows, TRL's bfd {plan.Count}.");
    }

    private static int[] Integers(RowValue list) => [.. list.Items.Select(i => (int)i.Integer)];
}
