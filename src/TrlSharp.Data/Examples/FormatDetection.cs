using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Decides how a row is to be read, from its own columns alone. Every format names the columns that speak for it; a reading whose columns are all part
/// of another's gives way to it (<c>prompt</c> to <c>prompt, completion</c>); what remains must be one.
/// </summary>
internal static class FormatDetection
{
    private static readonly RowFormat[] TrlOrder =
    [
        RowFormat.Tokenized, RowFormat.Preference, RowFormat.Unpaired, RowFormat.PromptCompletion, RowFormat.Prompt, RowFormat.Messages, RowFormat.Text,
        RowFormat.RankedAnswers, RowFormat.Alpaca, RowFormat.QuestionAnswer, RowFormat.Segments,
    ];

    /// <summary>The one reading that serves the purpose.</summary>
    /// <param name="row">The row.</param>
    /// <param name="options">The purpose, and what the user chose.</param>
    /// <param name="show">What a reading makes of the row, for the message when there are several.</param>
    /// <exception cref="DataException">None does, or several do.</exception>
    public static FormatReading Decide(RowColumns row, ExampleReaderOptions options, Func<FormatReading, string> show)
    {
        CheckMapped(row);
        var readings = Serving(row, options, All(row, options.Purpose));
        if (options.Format is { } format)
            return readings.Find(r => r.Format == format) ?? throw Unrecognised(row, options, $"the row cannot be read as {format}");
        readings.RemoveAll(r => row.Mapping.Columns.Keys.Any(c => !r.Columns.Contains(c) && readings.Any(o => o.Columns.Contains(c))));
        readings.RemoveAll(r => readings.Any(other => other.Columns.Length > r.Columns.Length && r.Columns.All(other.Columns.Contains)));
        if (readings.Count == 0) throw Unrecognised(row, options, "no known format");
        if (readings.Count == 1) return readings[0];
        if (options.Ambiguity == Ambiguity.Trl) return readings.MinBy(r => Array.IndexOf(TrlOrder, r.Format))!;
        throw row.Refuse($"the row can be read in {readings.Count} ways: as {string.Join(" or as ", readings)}."
            + string.Concat(readings.Select(r => $"{Environment.NewLine}  {r.Format}: {show(r)}")) + $"{Environment.NewLine}Choose the format (row_format), or ignore the column that is not meant (ignored_columns).");
    }

    /// <summary>Who maps columns says how the rows are to be read: a row that has none of them is not read by other columns in silence.</summary>
    private static void CheckMapped(RowColumns row)
    {
        string? missing = null;
        foreach (var column in row.Mapping.Columns.Keys)
        {
            if (!StandardColumns.Deciding.Contains(column)) continue;
            if (row.Has(column)) return;
            missing ??= column;
        }

        if (missing is not null) throw row.Missing(missing);
    }

    /// <summary>Every format whose columns are there.</summary>
    private static List<FormatReading> All(RowColumns row, ExamplePurpose purpose)
    {
        var all = new List<FormatReading>();
        if (row.Has("input_ids")) all.Add(new(RowFormat.Tokenized, "input_ids"));
        if (row.Has("text")) all.Add(new(RowFormat.Text, "text"));
        if (row.Has("prompt")) all.Add(new(RowFormat.Prompt, "prompt"));
        if (row.Has("prompt") && row.Has("completion")) all.Add(new(RowFormat.PromptCompletion, "prompt", "completion"));
        if (row.Has("prompt") && IsRanked(row.Find("answers"))) all.Add(new(RowFormat.RankedAnswers, "prompt", "answers"));
        if (SegmentRows.Are(row.Find("segments"))) all.Add(new(RowFormat.Segments, "segments"));
        foreach (var chat in StandardColumns.Chats)
            if (row.Has(chat)) all.Add(new(RowFormat.Messages, chat));
        AddWithAnswer(all, row, RowFormat.Alpaca, "instruction", "output", "response");
        AddWithAnswer(all, row, RowFormat.QuestionAnswer, "question", "answer", "response");
        AddPreference(all, row);
        AddUnpaired(all, row, purpose);
        return all;
    }

    private static void AddWithAnswer(List<FormatReading> all, RowColumns row, RowFormat format, string question, params string[] answers)
    {
        if (row.Find(question)?.Kind != RowValueKind.String) return;
        foreach (var answer in answers)
            if (row.Find(answer)?.Kind == RowValueKind.String) all.Add(new(format, question, answer));
    }

    private static void AddPreference(List<FormatReading> all, RowColumns row)
    {
        foreach (var (chosen, rejected) in PreferenceRows.Columns)
        {
            if (!row.Has(chosen) || !row.Has(rejected)) continue;
            var prompts = PreferenceRows.PromptColumns(row, row.Find(chosen)!);
            if (prompts.Count == 0) all.Add(new(RowFormat.Preference, chosen, rejected));
            foreach (var prompt in prompts) all.Add(new(RowFormat.Preference, chosen, rejected, prompt));
        }
    }

    private static void AddUnpaired(List<FormatReading> all, RowColumns row, ExamplePurpose purpose)
    {
        foreach (var label in UnpairedRows.Labels)
        {
            var numbers = purpose == ExamplePurpose.Unpaired;
            if (row.Find(label) is not { } value || !(value.Kind == RowValueKind.Boolean || (numbers && value.Kind == RowValueKind.Integer))) continue;
            foreach (var answer in all.Where(r => r.Format is RowFormat.PromptCompletion or RowFormat.Messages or RowFormat.Alpaca).ToList())
                all.Add(new(RowFormat.Unpaired, [.. answer.Columns, label]));
        }
    }

    /// <summary>Keeps the readings of which the purpose can make examples; the others only forbid.</summary>
    private static List<FormatReading> Serving(RowColumns row, ExampleReaderOptions options, List<FormatReading> all)
    {
        var unpaired = all.Exists(r => r.Format == RowFormat.Unpaired);
        var paired = all.Find(r => r.Format == RowFormat.Preference);
        switch (options.Purpose)
        {
            case ExamplePurpose.Preference:
                return all.FindAll(r => r.Format is RowFormat.Preference or RowFormat.RankedAnswers);
            case ExamplePurpose.Unpaired:
                return all.FindAll(r => r.Format is RowFormat.Unpaired or RowFormat.Preference);
            case ExamplePurpose.Prompt:
                var prompts = all.FindAll(r => r.Format is RowFormat.Prompt);
                return prompts.Count > 0 ? prompts : all.FindAll(r => r.Format is RowFormat.Messages or RowFormat.QuestionAnswer);
            case ExamplePurpose.Sft when options.TrainOnChosen && paired is not null:
                return all.FindAll(r => r.Format == RowFormat.Preference);
            default:
                if (unpaired) throw MarkedAnswers(row);
                if (paired is not null) all.RemoveAll(r => r.Columns.Any(c => c != "text" && paired.Columns.Contains(c)));
                if (paired is not null && all.Count == 0) throw Pairs(row, paired);
                return all.FindAll(r => r.Format is not (RowFormat.Preference or RowFormat.Unpaired or RowFormat.Prompt));
        }
    }

    private static DataException MarkedAnswers(RowColumns row) => row.Refuse(
        $"the answer is marked good or bad by a boolean column. Columns found: {row.Found()}. Supervised training would train on bad answers too: "
        + "use a method for unpaired preferences, filter the rows (row_filters), or ignore the column if it means something else (ignored_columns).");

    private static DataException Pairs(RowColumns row, FormatReading paired) => row.Refuse(
        $"the row is a preference pair ({string.Join(", ", paired.Columns)}), which supervised training does not use. "
        + "Choose to train on the chosen answers (train_on_chosen), or use a preference method.");

    private static bool IsRanked(RowValue? answers) => answers is { Kind: RowValueKind.List, Items: [{ Kind: RowValueKind.Map }, ..] };

    private static DataException Unrecognised(RowColumns row, ExampleReaderOptions options, string what)
    {
        var wanted = options.Purpose switch
        {
            ExamplePurpose.Preference => "chosen and rejected (with prompt, messages or instruction, or with a common beginning), or prompt and ranked answers",
            ExamplePurpose.Unpaired => "a boolean label with prompt and completion or messages, or chosen and rejected",
            ExamplePurpose.Prompt => "prompt, messages, or question",
            _ => "messages or conversations; prompt and completion; text; instruction and output; question and answer; prompt and ranked answers; segments; or input_ids",
        };
        return row.Refuse($"{what}. Columns found: {row.Found()}. Expected: {wanted}. Map the data set's columns to these names (columns).");
    }
}
