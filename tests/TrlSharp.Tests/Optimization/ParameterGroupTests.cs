using TrlSharp.Optimization;

namespace TrlSharp.Tests.Optimization;

public sealed class ParameterGroupTests
{
    [Theory]
    [InlineData("model.embed_tokens.weight", true)]
    [InlineData("lm_head.weight", true)]
    [InlineData("model.layers.0.self_attn.q_proj.weight", true)]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", true)]
    [InlineData("model.layers.0.self_attn.q_proj.bias", false)]
    [InlineData("model.layers.0.self_attn.q_norm.weight", false)]
    [InlineData("model.layers.0.input_layernorm.weight", false)]
    [InlineData("model.layers.0.post_attention_layernorm.weight", false)]
    [InlineData("model.norm.weight", false)]
    [InlineData("transformer.h.0.ln_1.weight", true)]
    [InlineData("model.normalizer.weight", true)]
    public void Norms_and_biases_are_not_decayed(string name, bool decayed) => Assert.Equal(decayed, ParameterGroup.IsDecayed(name));
}
