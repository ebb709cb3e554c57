using System.Text;
using TrlSharp.Packing;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Conformance;

/// <summary>
/// What TRL's SFTTrainer makes of rows. Right verdicts must be reproduced (errors: refused too). Surprising ones must be reproduced, or be what the case
/// calls ideal, where TRL errs either. Wrong ones must be the ideal, or, where none is given, refused or at least different from TRL's. Tokens must be
/// equal; of the trained ones ours may leave out, in every case, what no model samples (<see cref="TrainedDifference"/>).
/// </summary>
internal static class SftDataSuite
{
    private const int Untrained = -100;

    /// <summary>Cases in which ours is otherwise on purpose (docs/differences-from-trl.md). They are reported, not counted as passed.</summary>
    internal static readonly Dictionary<string, string> OnPurpose = new()
    {
        ["extra_keys_in_messages"] = "loss flags of messages are honoured",
        ["first_row_no_role_with_text"] = "a message without a role is refused; the text column does not take over in silence",
        ["plain_gen_space_inside_assistant_llamalike"] = "white space that the tags hold and the generation prompt lacks is trained, as a model must write it",
        ["conv_thinking_off"] = "the whole answer is trained where the row's own variables contradict it, not what is left after a common beginning",
        ["strings_boundaries"] = "a character composed of the prompt's last and the completion's first belongs to the prompt with all its bytes",
    };

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
        var (ours, tokenizer, refusal) = Prepare(folder, test);
        var trl = test.Find("trl")!;
        var expected = trl.Find("rows");
        var ideal = test.Find("ideal")?.Find("rows");
        var status = test.Find("verdict")!.Find("status")!.Text;
        return status switch
        {
            "right" when expected is null => Result(name, refusal is not null, "TRL refuses this; ours does not."),
            "right" => Result(name, Difference(expected)),
            "surprising" when expected is null => Result(name, refusal is not null || ideal is null ? "" : Difference(ideal)),
            "surprising" => Result(name, ideal is not null && Difference(ideal).Length == 0 ? "" : Difference(expected)),
            _ when ideal is not null => Result(name, Difference(ideal)),
            _ => Result(name, refusal is not null || expected is null || Difference(expected).Length > 0, "TRL's result is wrong, and ours is the same."),
        };

        // Any deterministic order will do for a shuffle.
        string Difference(RowValue rows) => test.Find("config")!.Find("shuffle_dataset") is not null && ours is not null
            ? RowsDifference([.. ours.OrderBy(Key, StringComparer.Ordinal)], RowValue.List([.. rows.Items.OrderBy(r => r.Find("input_ids")!.ToString(), StringComparer.Ordinal)]), tokenizer!)
            : Ordered(rows);

        string Ordered(RowValue rows) => ours is null ? $"ours refuses: {refusal}" : RowsDifference(ours, rows, tokenizer!);
    }

    private static string Key(PackedRow row) => RowValue.List([.. row.Sequences.SelectMany(s => s.Tokens).Select(t => RowValue.Of((System.Numerics.BigInteger)t))]).ToString();

    private static CaseResult Result(string name, string difference) => Result(name, difference.Length == 0, difference);

    private static CaseResult Result(string name, bool equal, string detail) =>
        equal ? CaseResult.Pass(name) : OnPurpose.TryGetValue(name, out var reason) ? CaseResult.Refuse(name, $"otherwise on purpose: {reason}. {detail}") : CaseResult.Fail(name, detail);

    internal static (List<PackedRow>? Rows, Tokenizer? Tokenizer, string? Refusal) Prepare(string folder, RowValue test)
    {
        var data = Path.Combine(Path.GetTempPath(), $"sft-data-{Environment.ProcessId}.jsonl");
        try
        {
            File.WriteAllLines(data, test.Find("rows")!.Items.Select(r => r.ToString()), new UTF8Encoding(false));
            var config = RowValue.Parse(test.Find("config")!.ToString().Replace("$TEMPLATES", Path.Combine(folder, "templates"), StringComparison.Ordinal));
            var settings = TrlDataSettings.Read(config);
            var tokenizer = Tokenizer(Path.Combine(folder, "tokenizers", test.Find("tokenizer")!.Text), test.Find("tokenizer_overrides"));
            var path = settings.ChatTemplatePath ?? (test.Find("template") is { IsNull: false } file ? Path.Combine(folder, "templates", file.Text + ".jinja") : null);
            var sequences = new TrlSequences(settings, Template(path, tokenizer), tokenizer, Template(path?.Replace(".jinja", "_training.jinja", StringComparison.Ordinal), tokenizer));
            var preparation = new DataPreparation(sequences.Options(new() { Location = data }) with { MostDropped = 1, Threads = 1 }, sequences.Build);
            var rows = sequences.Packing is { } packing ? preparation.Rows(packing) : preparation.Sequences().Select(s => new PackedRow([s]));
            return ([.. rows], tokenizer, null);
        }
        catch (TrlSharpException e)
        {
            return (null, null, e.Message);
        }
        finally
        {
            File.Delete(data);
        }
    }

    private static ChatTemplate? Template(string? path, Tokenizer tokenizer) =>
        File.Exists(path) ? ChatTemplate.Parse(File.ReadAllText(path), Path.GetFileName(path), tokenizer.SpecialTokens) : null;

    private static Tokenizer Tokenizer(string folder, RowValue? overrides)
    {
        var config = RowValue.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer_config.json")));
        foreach (var (key, value) in overrides?.Fields ?? []) config = config.With(key, value);
        return TrlSharp.Tokenization.Tokenizer.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")), Encoding.UTF8.GetBytes(config.ToString()));
    }

    private static string RowsDifference(List<PackedRow> ours, RowValue expected, Tokenizer tokenizer)
    {
        var rows = expected.Items;
        // A row in which no token after the first is trained has no target; ours leaves it out.
        if (ours.Count < rows.Count) rows = [.. rows.Where(r => Integers(r.Find("labels")!).Skip(1).Any(label => label != Untrained))];
        if (ours.Count != rows.Count) return $"{ours.Count} rows, expected {rows.Count}.";
        for (var i = 0; i < ours.Count; i++)
            if (RowDifference(ours[i], rows[i], tokenizer) is { } text) return $"row {i}: {text}";
        return "";
    }

    private static string? RowDifference(PackedRow ours, RowValue expected, Tokenizer tokenizer)
    {
        var ids = Integers(expected.Find("input_ids")!);
        var labels = Integers(expected.Find("labels")!);
        var tokens = ours.Sequences.SelectMany(s => s.Tokens).ToArray();
        var at = tokens.AsSpan().CommonPrefixLength(ids);
        if (at < tokens.Length || at < ids.Length)
            return $"id {at} of {tokens.Length} is {(at < tokens.Length ? tokens[at] : "absent")}, expected {(at < ids.Length ? ids[at] : "none")} of {ids.Length}.";
        if (expected.Find("seq_lengths") is { IsNull: false } lengths && !Integers(lengths).SequenceEqual(ours.Sequences.Select(s => s.Length))) return "the sequence lengths differ.";
        return TrainedDifference(ours, labels, tokenizer);
    }

    /// <summary>
    /// The first token that is trained by one and not by the other. Ours may leave out what no model samples: the first token of a document (nothing
    /// predicts it, or another document does), white space behind an end of turn (the case chatml_gen_nl_assistant calls that ideal), and thinking
    /// blocks that the template writes and that hold nothing.
    /// </summary>
    private static string? TrainedDifference(PackedRow ours, int[] labels, Tokenizer tokenizer)
    {
        var tokens = ours.Sequences.SelectMany(s => s.Tokens).ToArray();
        var weights = ours.Sequences.SelectMany(s => s.Weights).ToArray();
        var starts = ours.Sequences.Aggregate(new List<int> { 0 }, (list, s) => [.. list, list[^1] + s.Length]);
        for (var i = 0; i < tokens.Length;)
        {
            var (own, theirs) = (weights[i] > 0, labels[i] != Untrained);
            var end = i + 1;
            if (own == theirs || starts.Contains(i))
            {
                i = end;
                continue;
            }

            while (end < tokens.Length && weights[end] > 0 == own && labels[end] != Untrained == theirs && !starts.Contains(end)) end++;
            var text = tokenizer.Decode(tokens.AsSpan(i, end - i));
            if (own || !NeverSampled(text)) return $"tokens {i} to {end - 1} ({text}) are {(own ? "" : "not ")}trained, expected otherwise.";
            i = end;
        }

        return null;
    }

    private static bool NeverSampled(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c))) is "" or "<think></think>";

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
