using TrlSharp.Data.Tests.Sequences;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Inspection;

public sealed class TemplateLintTests
{
    /// <summary>Tagged templates that TRL ships and what they train that no model samples.</summary>
    [Theory]
    [InlineData("trl__deepseekv3_training", "<｜Assistant｜>")]
    [InlineData("trl__nemotron_3_ultra_training", "<think>")]
    [InlineData("trl__phi3_5_training", "after the stop")]
    [InlineData("trl__qwen2_5_vl_training", "after the stop")]
    public void Tags_that_train_what_no_model_samples_are_named(string template, string part)
    {
        var card = TemplateLint.Inspect(TemplateSet.Builder(TemplateSet.Find(template), TrainPolicy.Assistant));
        Assert.Contains(card.Warnings, w => w.Contains("tags", StringComparison.Ordinal) && w.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>Templates whose text is written by us carry tags around exactly the proved spans, and write the same text.</summary>
    [Fact]
    public void Tagged_templates_write_the_same_text_and_tag_exactly_the_proved_spans()
    {
        var chat = new ConversationExample(new RowOrigin("r", 1)) { Messages = RowValue.Parse("""[{"role":"user","content":"U one"},{"role":"assistant","content":"A one"},{"role":"user","content":"U two"},{"role":"assistant","content":"A two"}]""").Items };
        int compared = 0, tagged = 0;
        var wrong = new List<string>();
        foreach (var entry in TemplateSet.All)
        {
            var builder = TemplateSet.Builder(entry, TrainPolicy.Assistant with { On = TagsTold });
            IReadOnlyList<TokenExplanation> examples;
            try
            {
                examples = builder.Explain(chat);
            }
            catch (DataException)
            {
                continue;
            }

            var written = ChatTemplate.Parse(TaggedTemplate.Write(entry.Template.Source, builder), entry.Name, entry.Template.SpecialTokens);
            var request = new RenderRequest { Messages = [.. chat.Messages], Now = TemplateSet.Date };
            if (entry.Forms.Adapt(new(chat.Origin, []), new(0, "user", chat.Messages[0], TrlSharp.Conversations.MessageFlags.None), []).Body != chat.Messages[0]) continue;
            compared++;
            var (own, other) = (entry.Template.Render(request), written.Render(request));
            if (own.Text != other.Text)
            {
                wrong.Add($"{entry.Name}: the text differs");
                continue;
            }

            // Without a mode, in one example and with a stop of its own, every turn is tagged as proved.
            if (examples.Count > 1 || examples[0].Example.Mode.Fields.Count > 0 || examples[0].Example.Text != own.Text) continue;
            tagged++;
            var spans = examples[0].Example.Weights.GroupBy(w => w.Message).Select(g => (g.Min(w => w.Start), g.Max(w => w.End)));
            if (!other.GenerationSpans.SequenceEqual(spans)) wrong.Add($"{entry.Name}: tags {string.Join(' ', other.GenerationSpans)}, proved {string.Join(' ', spans)}");
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {compared}: {string.Join("; ", wrong.Take(12))}");
        Assert.True(tagged > 80, $"{tagged} templates tag every turn");
    }

    private static Dictionary<TrlSharp.Conversations.MaskFault, TrlSharp.Conversations.Severity> TagsTold => new() { [TrlSharp.Conversations.MaskFault.TagsDiffer] = TrlSharp.Conversations.Severity.Warning };
}
