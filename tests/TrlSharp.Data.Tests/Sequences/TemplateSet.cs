using System.Collections.Concurrent;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Templates;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>All real templates of the reference material, each with a byte tokenizer that knows its control tokens.</summary>
internal static class TemplateSet
{
    public static readonly DateTime Date = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    private static readonly ConcurrentDictionary<(string Name, string Policy), SequenceBuilder> Builders = new();
    private static readonly Lazy<IReadOnlyList<Entry>> LazyAll = new(Read);

    public static IReadOnlyList<Entry> All => LazyAll.Value;

    public static Entry Find(string name) => All.Single(e => e.Name == name);

    public static SequenceBuilder Builder(Entry entry, TrainPolicy policy) => Builders.GetOrAdd((entry.Name, policy.ToRowValue().ToString()), _ =>
        new SequenceBuilder(entry.Template, TemplateTokenizer.For(entry.Template.Source), policy, new SequenceOptions { Now = Date, WitnessEvery = 0 }));

    private static List<Entry> Read()
    {
        var entries = new List<Entry>();
        foreach (var item in RowValue.Parse(File.ReadAllBytes(SharedData.Path("conformance", "templates", "index.json"))).Items)
        {
            var file = item.Find("file")!.Text;
            var source = File.ReadAllText(SharedData.Path("conformance", "templates", file));
            string[] origins = [$"{item.Find("source")!.Text}:{item.Find("path")!.Text}", .. item.Find("also")!.Items.Select(a => a.Text)];
            entries.Add(new Entry(Path.GetFileNameWithoutExtension(file), ChatTemplate.Parse(source, file, TemplateTokenizer.SpecialTokens), origins.Any(InStudy)));
        }

        return [.. entries.OrderBy(e => e.Name, StringComparer.Ordinal)];
    }

    /// <summary>The templates that the reference study measured: those that TRL (without its tagged twins), Axolotl and Unsloth ship.</summary>
    private static bool InStudy(string origin) =>
        (origin.StartsWith("huggingface/trl:trl/chat_templates/", StringComparison.Ordinal) && !origin.Contains("_training", StringComparison.Ordinal))
        || (origin.Contains("/axolotl:", StringComparison.Ordinal) && origin.Contains("/templates/", StringComparison.Ordinal));

    /// <param name="Name">File name without extension.</param>
    /// <param name="Template">Parsed, with special tokens as far as its text tells them.</param>
    /// <param name="Studied">Whether the reference study counts it.</param>
    internal sealed record Entry(string Name, ChatTemplate Template, bool Studied)
    {
        private MessageForms? _forms;

        public MessageForms Forms => _forms ??= new MessageForms(new TemplateProbe(Template.Render, Template.Source).Profile());

        public override string ToString() => Name;
    }
}
