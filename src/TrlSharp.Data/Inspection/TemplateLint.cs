using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Profiles;

namespace TrlSharp.Inspection;

/// <summary>Tries a template with conversations of every kind and writes down what became of them.</summary>
public static class TemplateLint
{
    /// <param name="builder">With the template and tokenizer in question; its policy should be the default one.</param>
    public static TemplateCard Inspect(SequenceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var profile = builder.Profile ?? throw new ConfigException("There is no chat template to look at.");
        var facts = new List<(string Name, string Value)>();
        var warnings = new List<string>();
        AddProfile(facts, profile, builder.Stops);
        var tags = new TagDifferences(builder);
        foreach (var (name, messages, tools) in LintConversations.All)
        {
            facts.Add((name, Try(builder, name, messages, tools, warnings)));
            tags.Add(name, new ConversationExample(new RowOrigin($"lint ({name})", 0)) { Messages = messages, Tools = tools });
        }

        warnings.AddRange(tags.Lines());
        if (profile.WritesDate) warnings.Add("it writes the date; the clock must be pinned, or tokens change from day to day");
        if (profile.DefaultSystemPrompt.Length > 0) warnings.Add("it writes a system prompt of its own when the conversation has none");
        if (profile.GenerationPrompt.Length == 0) warnings.Add("it has no generation prompt; turns begin where the messages before them end");
        return new TemplateCard(facts, [.. warnings.Distinct()]);
    }

    private static void AddProfile(List<(string Name, string Value)> facts, TemplateProfile profile, IReadOnlyList<string> stops)
    {
        facts.Add(("content", (profile.TakesStrings, profile.TakesParts) switch
        {
            (true, true) => "text and lists of parts",
            (true, false) => "text",
            (false, true) => "lists of parts",
            _ => "neither text nor parts appear as written",
        }));
        facts.Add(("reasoning fields", profile.ReasoningKeys.Count == 0 ? "none" : string.Join(", ", profile.ReasoningKeys)));
        facts.Add(("tool call arguments", (profile.TakesArgumentObjects, profile.TakesArgumentStrings) switch
        {
            (true, true) => "objects and JSON text",
            (true, false) => "objects",
            (false, true) => "JSON text",
            _ => "tool calls do not appear",
        }));
        facts.Add(("generation prompt", Quote(profile.GenerationPrompt)));
        facts.Add(("after the last answer", Quote(profile.AfterLastAnswer)));
        facts.Add(("stops", stops.Count == 0 ? "none known" : string.Join(", ", stops.Select(s => Quote(s)))));
        facts.Add(("modes", string.Join(" ", profile.Modes.Select(m => m.ToString()))));
    }

    private static string Try(SequenceBuilder builder, string name, IReadOnlyList<RowValue> messages, RowValue? tools, List<string> warnings)
    {
        try
        {
            var examples = builder.Explain(new ConversationExample(new RowOrigin($"lint ({name})", 0)) { Messages = messages, Tools = tools });
            foreach (var finding in examples.SelectMany(e => e.Example.Findings))
                if (finding.Fault is MaskFault.AppendedStop or MaskFault.BorrowedStop or MaskFault.ContentDependentTemplate or MaskFault.UntrainedFieldDropped)
                    warnings.Add($"{name}: {finding.Text}");
            var modes = string.Join(" ", examples.Select(e => e.Example.Mode.ToString()).Distinct());
            return string.Create(CultureInfo.InvariantCulture, $"{examples.Count} example{(examples.Count == 1 ? "" : "s")}{(modes == "{}" ? "" : $" with {modes}")}");
        }
        catch (MaskException e)
        {
            return $"refused, {e.Fault.Code()}: {e.Message[(e.Message.IndexOf(e.Fault.Code(), StringComparison.Ordinal) + e.Fault.Code().Length + 2)..].Split('\n')[0]}";
        }
    }

    /// <summary>Text in quotes with line ends made visible; <c>none</c> for no text.</summary>
    public static string Quote(string text) => text.Length == 0 ? "none" : Sequences.Proofs.TextDifference.Quote(text);
}
